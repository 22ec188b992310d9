// HiResCAM 06: what is used: kernels/cam.cu, and for channels-last kernels/camrows.cu.
// Predicted: blocks share the channels, too, and the last one of a tile adds their sums: 512 channels of 27 positions are 16 blocks in which each
// thread has one load of A and of g, so all of a map's bytes are asked for at once. A thread that has every 4th row meets the same shift in each
// of them, so loads of 16 bytes serve any number of positions at one load more for each 32.
// Brought: 8 loads of 16 bytes before the first use for all sizes and three precisions, with fewer registers than three blocks of a
// multiprocessor leave. The hand-over costs a fence, an atomic and a read of the parts: it is used only where blocks would be few.
// lab: launches=1 bytes=8 ahead=8x16
#include "../cam.cu"
