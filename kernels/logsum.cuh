// Sums of exponentials that cannot overflow, in one pass: the largest value so far, and the sum of exp(v - largest).
#pragma once
#include "common.cuh"

// The larger one; NaN is larger than anything.
__device__ __forceinline__ float largerOf(float a, float b) { return a > b || a != a ? a : b; }

struct Exponentials {
  double sum;
  float top;
};

struct LogSum {
  // What is subtracted before exponentials are taken: nothing where the largest value is infinite.
  static __device__ __forceinline__ float base(float top) { return fabsf(top) == INFINITY ? 0.0f : top; }

  static __device__ __forceinline__ void raise(Exponentials& p, float top) {
    // Nothing but -inf was added yet where the old top is -inf, and the sum is 0.
    if (p.top != -INFINITY) p.sum *= expf(base(p.top) - base(top));
    p.top = top;
  }

  static __device__ __forceinline__ void add(Exponentials& p, float v) {
    float top = largerOf(v, p.top);
    if (top != p.top) raise(p, top);
    p.sum += expf(v - base(top));
  }

  static __device__ __forceinline__ void merge(Exponentials& p, const Exponentials& other) {
    float top = largerOf(other.top, p.top);
    Exponentials risen = other;
    if (top != p.top) raise(p, top);
    if (top != risen.top) raise(risen, top);
    p.sum += risen.sum;
  }
};
