"""Small servers on loopback that tests start; they answer as told, wrongly if need be."""
