// The functions of two and three values, for every kernel that applies them. The kinds are the ordinals of Binary.Kind.
// Comparisons give 1 or 0; with a NaN they are false. A NaN that comes in goes out of Min and Max, and is not 0 as a condition.
#pragma once
#include "common.cuh"

enum BinaryKind {
  BINARY_ADD = 0,
  BINARY_SUB = 1,
  BINARY_MUL = 2,
  BINARY_DIV = 3,
  BINARY_POW = 4,
  BINARY_MIN = 5,
  BINARY_MAX = 6,
  BINARY_PRELU = 7,
  BINARY_EQUAL = 8,
  BINARY_GREATER = 9,
  BINARY_LESS = 10
};

__device__ __forceinline__ float binaryOf(int kind, float a, float b) {
  switch (kind) {
    case BINARY_ADD: return a + b;
    case BINARY_SUB: return a - b;
    case BINARY_MUL: return a * b;
    case BINARY_DIV: return a / b;
    case BINARY_POW: return powf(a, b);
    case BINARY_MIN: return a < b || a != a ? a : b;
    case BINARY_MAX: return a > b || a != a ? a : b;
    case BINARY_PRELU: return a > 0.0f ? a : b * a;
    case BINARY_EQUAL: return a == b ? 1.0f : 0.0f;
    case BINARY_GREATER: return a > b ? 1.0f : 0.0f;
    default: return a < b ? 1.0f : 0.0f;
  }
}

__device__ __forceinline__ float whereOf(float condition, float a, float b) { return condition != 0.0f ? a : b; }
