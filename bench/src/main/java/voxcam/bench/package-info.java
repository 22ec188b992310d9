/**
 * Benchmarks, apart from the engine's jar. One class per family of operations, {@link
 * voxcam.bench.ConvBench} and so on, each with shapes from real networks as one-operation programs
 * of the public API; {@link voxcam.bench.ExplainBench} for whole explanations and their stages;
 * {@link voxcam.bench.PeerBench} for other engines of the JVM; {@link voxcam.bench.PeakBench} for
 * what the machine could do. Results are checked before anything is timed.
 *
 * <p>{@link voxcam.bench.PeerServer} is the engine's side of the comparison with PyTorch, which
 * {@code bench/peers/torch_explain.py} drives. {@link voxcam.bench.Tables} writes the tables of the
 * READMEs and the plots from the files in {@code bench/results}.
 */
package voxcam.bench;
