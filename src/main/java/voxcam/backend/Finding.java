package voxcam.backend;

/**
 * One thing that a backend looked for on this machine, for {@code engine doctor}.
 *
 * @param what was looked for, {@code cuda driver}
 * @param found where, what was there, and why it was or was not taken
 */
public record Finding(String what, String found) {}
