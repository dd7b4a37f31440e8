"""What staff carry that holds data: reporting it lost, in a minute, and the list of devices
with what is on each."""
