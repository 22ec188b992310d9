/**
 * How good a map is, in numbers: pure functions of maps, regions and scores. {@link
 * voxcam.metrics.EnergyShare} says how much of a map lies where it should.
 */
package voxcam.metrics;
