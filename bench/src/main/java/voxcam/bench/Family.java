package voxcam.bench;

/** The shapes of one family's benchmark: an enum, so that JMH runs all of them. */
interface Family {
  OpShape shape();
}
