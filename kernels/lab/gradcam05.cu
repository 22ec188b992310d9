// Grad-CAM 05: what is used for small maps: kernels/camonce.cu.
// Predicted: a block's channels need only their own means, so it makes its part of the map at once, and the last block of a sample adds the parts.
// A is read by all blocks and asked for before the means are known; the last block reads (channels / 8) parts of the map instead of A:
// 14 KB instead of 55 KB for 512 channels of 27 positions. Where the parts pass 64 KiB (1000 clocks of one block), two launches are taken.
// Brought: 8 loads of A and one to 8 of g under way in each thread before the first barrier.
// lab: launches=1 bytes=8 ahead=9x4
#include "../camonce.cu"
