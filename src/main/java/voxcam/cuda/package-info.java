/**
 * Runs graphs on an NVIDIA GPU through the driver's own interface, by JCuda.
 *
 * <p>{@code Installation} says what there is on this machine and why it is or is not taken. {@code
 * Device} holds the context, the kernels ({@code Modules}, PTX from the jar) and the memory. {@code
 * CudaBackend} runs the passes of {@code compile}; {@code CudaPlan} numbers the values and lays
 * them out; one class per family of operations says as data which kernels compute a node ({@code
 * CudaConv} and its like: {@code Launches}); {@code Works} chooses what computes a node: our
 * kernels ({@code KernelWork}), cuDNN ({@code CudnnWork}, by {@code Convolutions}) or cuBLAS
 * ({@code CublasWork}, by JCublas or without: {@code CublasHandle}). {@code CudaProgram} uploads
 * the weights once; each run has a {@code Workspace} with a stream of its own, on which the whole
 * program was recorded and is started with one call. Everything that is taken from the driver is a
 * part of a {@code Closing} from the moment it exists, so that any call may fail. {@code
 * CamReduction} and {@code CamDisplay} offer the kernels of heat maps alone to programs that use
 * JCuda themselves ({@code ForeignWork}).
 */
package voxcam.cuda;
