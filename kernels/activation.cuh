// The functions of one value, for every kernel that ends in one: activate(kind, alpha, beta, x).
// Kinds and what alpha and beta mean are those of Activation.java. A NaN that comes in goes out; infinities and values whose
// exponential overflows give what the double-precision formula gives.
#pragma once
#include "common.cuh"

enum ActivationKind {
  ACTIVATION_NONE = 0,
  ACTIVATION_RELU = 1,
  ACTIVATION_LEAKY_RELU = 2,
  ACTIVATION_ELU = 3,
  ACTIVATION_GELU = 4,
  ACTIVATION_GELU_TANH = 5,
  ACTIVATION_SILU = 6,
  ACTIVATION_SIGMOID = 7,
  ACTIVATION_TANH = 8,
  ACTIVATION_SOFTPLUS = 9,
  ACTIVATION_HARD_SWISH = 10,
  ACTIVATION_HARD_SIGMOID = 11,
  ACTIVATION_EXP = 12,
  ACTIVATION_LOG = 13,
  ACTIVATION_SQRT = 14,
  ACTIVATION_RECIPROCAL = 15,
  ACTIVATION_ABS = 16,
  ACTIVATION_NEG = 17,
  ACTIVATION_SIGN = 18,
  ACTIVATION_ERF = 19,
  ACTIVATION_CLIP = 20
};

// Comparisons with NaN are false, so that NaN passes; fminf and fmaxf would drop it.
__device__ __forceinline__ float clampTo(float x, float low, float high) {
  float raised = x < low ? low : x;
  return raised > high ? high : raised;
}

// x sigmoid(s): one quotient, so that small results keep their digits.
__device__ __forceinline__ float sigmoidTimes(float x, float s) { return x / (1.0f + expf(-s)); }

__device__ __forceinline__ float activate(int kind, float alpha, float beta, float x) {
  switch (kind) {
    case ACTIVATION_RELU: return x <= 0.0f ? 0.0f : x;
    case ACTIVATION_LEAKY_RELU: return x > 0.0f ? x : alpha * x;
    case ACTIVATION_ELU: return x > 0.0f ? x : alpha * expm1f(x);
    case ACTIVATION_GELU: return 0.5f * x * erfcf(-0.70710678118654752f * x);
    // (1 + tanh u) / 2 = sigmoid(2 u), which does not cancel for negative u; 2 sqrt(2/pi) = 1.5957691...
    case ACTIVATION_GELU_TANH: return sigmoidTimes(x, 1.5957691216057308f * (x + 0.044715f * x * x * x));
    case ACTIVATION_SILU: return sigmoidTimes(x, x);
    case ACTIVATION_SIGMOID: return sigmoidTimes(1.0f, x);
    case ACTIVATION_TANH: return tanhf(x);
    case ACTIVATION_SOFTPLUS: return fmaxf(x, 0.0f) + log1pf(expf(-fabsf(x)));
    case ACTIVATION_HARD_SWISH: return x * clampTo(x / 6.0f + 0.5f, 0.0f, 1.0f);
    case ACTIVATION_HARD_SIGMOID: return clampTo(alpha * x + beta, 0.0f, 1.0f);
    case ACTIVATION_EXP: return expf(x);
    case ACTIVATION_LOG: return logf(x);
    case ACTIVATION_SQRT: return sqrtf(x);
    case ACTIVATION_RECIPROCAL: return 1.0f / x;
    case ACTIVATION_ABS: return fabsf(x);
    case ACTIVATION_NEG: return -x;
    case ACTIVATION_SIGN: return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x;
    case ACTIVATION_ERF: return erff(x);
    case ACTIVATION_CLIP: return clampTo(x, alpha, beta);
    default: return x;
  }
}
