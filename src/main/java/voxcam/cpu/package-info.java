/**
 * Kernels for the CPU: {@code float[]} in NCDHW order between operations, vectors by {@code
 * jdk.incubator.vector} inside.
 *
 * <p>{@code CpuBackend} runs the passes of {@code compile}, makes one {@link voxcam.cpu.Kernel} for
 * each operation, and lays values into the slots of the plan. One class per family of operations.
 * Work is split over outputs, never over sums, so that results have the same bits for any number of
 * threads. Only classes named {@code Vector*} touch the incubator module; without it their scalar
 * twins run, and in a program for one run {@code RowsConv}, whose plain loops the JVM itself turns
 * into vectors.
 */
package voxcam.cpu;
