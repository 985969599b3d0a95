"""Where source comes from: modules found by path, their names bound when asked for, and what is read beside Python."""
