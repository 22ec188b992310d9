// Teams: the threads of a block in groups of 32, 64, ... or all of them, each of which works on one line.
#pragma once
#include "common.cuh"

// The join of all threads' values in a team, known to each of its threads; Join::merge(a, b) joins b to a. The order is that
// of a binary tree. All threads of the block come here; `shared` has a place for each and may be used again afterwards.
template <class Join, class T>
__device__ __forceinline__ T teamTotal(T* shared, T own, int team) {
  const int lane = (int)threadIdx.x % team;
  shared[threadIdx.x] = own;
  __syncthreads();
  for (int step = team / 2; step > 0; step /= 2) {
    if (lane < step) {
      Join::merge(own, shared[threadIdx.x + step]);
      shared[threadIdx.x] = own;
    }
    __syncthreads();
  }
  T total = shared[threadIdx.x - lane];
  __syncthreads();
  return total;
}
