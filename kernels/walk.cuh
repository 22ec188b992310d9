// A walk over the elements of a tensor in row-major order that knows, for each, the place in N other tensors.
// Made by Walk.java, which joins axes that all tensors cross alike; the innermost axis comes first.
#pragma once
#include "common.cuh"

constexpr int MOST_AXES = 8;

template <int N>
struct Walk {
  long long axes;
  long long sizes[MOST_AXES];
  long long strides[N][MOST_AXES];
};

// a / b for numbers of at least 0. Most are below 2^32, and a 64-bit division takes several times as long.
__device__ __forceinline__ long long quotient(long long a, long long b) {
  if (((unsigned long long)(a | b) >> 32) == 0) return (long long)((unsigned)a / (unsigned)b);
  return (long long)((unsigned long long)a / (unsigned long long)b);
}

// Where element number `index` of the walk lies in each of the N tensors.
template <int N>
__device__ __forceinline__ void placesOf(const Walk<N>& walk, long long index, long long (&places)[N]) {
#pragma unroll
  for (int n = 0; n < N; n++) places[n] = 0;
  for (int axis = 0; axis < (int)walk.axes; axis++) {
    // What is left on the outermost axis is the position on it.
    long long rest = axis + 1 < (int)walk.axes ? quotient(index, walk.sizes[axis]) : 0;
    long long position = index - rest * walk.sizes[axis];
#pragma unroll
    for (int n = 0; n < N; n++) places[n] += position * walk.strides[n][axis];
    index = rest;
  }
}

__device__ __forceinline__ long long placeOf(const Walk<1>& walk, long long index) {
  long long place[1];
  placesOf(walk, index, place);
  return place[0];
}
