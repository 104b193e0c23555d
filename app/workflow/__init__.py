"""What happens: who may do what, the one move, the clocks - the routine run on real rows."""
