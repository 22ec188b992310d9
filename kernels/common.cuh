// What all kernel files share. Everything is float unless a name says otherwise; indices that can pass 2^31 are long long.
#pragma once

#define KERNEL extern "C" __global__ void

// The number of this thread in the whole grid along x, and the number of all threads along x.
__device__ __forceinline__ long long threadNumber() { return blockIdx.x * (long long)blockDim.x + threadIdx.x; }
__device__ __forceinline__ long long threadCount() { return gridDim.x * (long long)blockDim.x; }
