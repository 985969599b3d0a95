import zoo

model = zoo.resnet()
