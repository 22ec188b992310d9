// Normalisations of lines, which lie along memory (a group of channels of a sample, or a row):
//   n = (x - mean) / sqrt(variance + epsilon), y = activate(n scale + bias), with the biased variance;
//   its gradient (g - mean(g) - n mean(g n)) / sqrt(variance + epsilon) with g = gy scale.
// Scale and bias of element e of a line: number (line % groups) channels + e / plane, with the channels of a group.
// Moments come from one reading of x: eight neighbours of a thread give a sum s and the squares around their own mean, and
// n variance = sum of those squares + sum of s^2 / 8 - total^2 / n in double, so that a large mean costs no digits.
// normBatch: a thread for each element, moments are given.
// normLines, normGradLines: a team of 32 or 256 threads does all of a line.
// normMoments, normApply, normGradSums, normGradApply: a block for each part of a line; partials [line][part] in scratch, which
// each block of the next kernel joins for itself. normL2Lines, normL2Columns: x / max(||x||, floor) along an axis, by a team or a
// thread for each line. Called by CudaNorm.java.
#include "activation.cuh"
#include "team.cuh"
#include "walk.cuh"

struct NormBatchGeometry {
  long long count;
  long long plane;
  long long channels;
  long long kind;
};

struct NormGeometry {
  long long lines;
  long long length;
  long long team;
  long long parts;
  long long partLength;
  long long groups;
  long long channels;
  long long plane;
  long long scaled;
  long long biased;
  long long kind;
};

struct NormL2Geometry {
  long long lines;
  long long length;
  long long inner;
  long long team;
};

struct NormMoments {
  double sum;
  double squares;  // around the means of eights
  double mass;     // of the eights: sum of s^2 / 8
};

struct NormSums {
  double gradient;
  double product;
};

// The mean in two floats, because one alone would lose digits of small distances from it.
struct NormScale {
  float mean;
  float rest;
  float inverse;
};

constexpr int NORM_THREADS = 256;
constexpr int NORM_CHUNK = 8;

__device__ __forceinline__ float normChunkSum(const float (&v)[NORM_CHUNK]) {
  return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

struct NormMomentsJoin {
  static __device__ __forceinline__ void merge(NormMoments& a, const NormMoments& b) {
    a.sum += b.sum;
    a.squares += b.squares;
    a.mass += b.mass;
  }
};

struct NormSumsJoin {
  static __device__ __forceinline__ void merge(NormSums& a, const NormSums& b) {
    a.gradient += b.gradient;
    a.product += b.product;
  }
};

struct NormNumberJoin {
  static __device__ __forceinline__ void merge(double& a, double b) { a += b; }
};

// The moments of every step-th element of a line from `begin` on.
__device__ __forceinline__ NormMoments normMomentsOf(const float* __restrict__ x, long long begin, long long end, int step) {
  NormMoments own;
  own.sum = own.squares = own.mass = 0.0;
  long long e = begin;
  for (; e + (NORM_CHUNK - 1) * (long long)step < end; e += NORM_CHUNK * (long long)step) {
    float v[NORM_CHUNK];
#pragma unroll
    for (int j = 0; j < NORM_CHUNK; j++) v[j] = x[e + j * (long long)step];
    float sum = normChunkSum(v);
    float mean = sum * (1.0f / NORM_CHUNK);
#pragma unroll
    for (int j = 0; j < NORM_CHUNK; j++) v[j] = (v[j] - mean) * (v[j] - mean);
    own.sum += sum;
    own.squares += normChunkSum(v);
    own.mass += (double)sum * sum * (1.0 / NORM_CHUNK);
  }
  for (; e < end; e += step) {
    own.sum += x[e];
    own.mass += (double)x[e] * x[e];
  }
  return own;
}

__device__ __forceinline__ NormScale normScaleOf(const NormMoments& moments, long long length, float epsilon) {
  double mean = moments.sum / (double)length;
  double variance = (moments.squares + (moments.mass - moments.sum * mean)) / (double)length;
  // Rounding may leave a little below zero; a NaN must stay.
  variance = variance < 0.0 ? 0.0 : variance;
  NormScale scale;
  scale.mean = (float)mean;
  scale.rest = (float)(mean - scale.mean);
  scale.inverse = (float)(1.0 / sqrt(variance + (double)epsilon));
  return scale;
}

__device__ __forceinline__ float normNormal(const NormScale& scale, float x) {
  return (x - scale.mean - scale.rest) * scale.inverse;
}

__device__ __forceinline__ long long normChannel(const NormGeometry& g, long long line, long long e) {
  return (line % g.groups) * g.channels + quotient(e, g.plane);
}

__device__ __forceinline__ void normWrite(
    const float* __restrict__ x, const float* __restrict__ scale, const float* __restrict__ bias, float* __restrict__ y,
    const NormGeometry& g, const NormScale& by, long long line, long long begin, long long end, int step, float alpha,
    float beta) {
  const long long start = line * g.length;
  for (long long e = begin; e < end; e += step) {
    float value = normNormal(by, x[start + e]);
    if (g.scaled) {
      long long channel = normChannel(g, line, e);
      value = value * scale[channel] + (g.biased ? bias[channel] : 0.0f);
    }
    y[start + e] = activate((int)g.kind, alpha, beta, value);
  }
}

// g of element e of a line: the gradient of the output times the scale.
__device__ __forceinline__ float normGradient(
    const float* __restrict__ gy, const float* __restrict__ scale, const NormGeometry& g, long long line, long long e) {
  float value = gy[line * g.length + e];
  return g.scaled ? value * scale[normChannel(g, line, e)] : value;
}

__device__ __forceinline__ NormSums normSumsOf(
    const float* __restrict__ x, const float* __restrict__ gy, const float* __restrict__ scale, const NormGeometry& g,
    const NormScale& by, long long line, long long begin, long long end, int step) {
  const float* row = x + line * g.length;
  NormSums own;
  own.gradient = own.product = 0.0;
  long long e = begin;
  for (; e + (NORM_CHUNK - 1) * (long long)step < end; e += NORM_CHUNK * (long long)step) {
    float v[NORM_CHUNK];
    float w[NORM_CHUNK];
#pragma unroll
    for (int j = 0; j < NORM_CHUNK; j++) {
      v[j] = normGradient(gy, scale, g, line, e + j * (long long)step);
      w[j] = v[j] * normNormal(by, row[e + j * (long long)step]);
    }
    own.gradient += normChunkSum(v);
    own.product += normChunkSum(w);
  }
  for (; e < end; e += step) {
    float value = normGradient(gy, scale, g, line, e);
    own.gradient += value;
    own.product += (double)value * normNormal(by, row[e]);
  }
  return own;
}

__device__ __forceinline__ void normGradWrite(
    const float* __restrict__ x, const float* __restrict__ gy, const float* __restrict__ scale, float* __restrict__ y,
    const NormGeometry& g, const NormScale& by, const NormSums& sums, long long line, long long begin, long long end,
    int step) {
  const float gradient = (float)(sums.gradient / (double)g.length);
  const float product = (float)(sums.product / (double)g.length);
  for (long long e = begin; e < end; e += step) {
    float normal = normNormal(by, x[line * g.length + e]);
    y[line * g.length + e] = (normGradient(gy, scale, g, line, e) - gradient - normal * product) * by.inverse;
  }
}

// The join of the partials of one line, by all threads of a block.
template <class Join, class T>
__device__ __forceinline__ T normJoined(const T* __restrict__ partials, const NormGeometry& g, long long line, T none, T* shared) {
  T own = none;
  for (long long part = threadIdx.x; part < g.parts; part += NORM_THREADS) Join::merge(own, partials[line * g.parts + part]);
  return teamTotal<Join>(shared, own, NORM_THREADS);
}

__device__ __forceinline__ NormScale normJoinedScale(
    const NormMoments* __restrict__ partials, const NormGeometry& g, long long line, float epsilon, NormMoments* shared) {
  NormMoments none;
  none.sum = none.squares = none.mass = 0.0;
  return normScaleOf(normJoined<NormMomentsJoin>(partials, g, line, none, shared), g.length, epsilon);
}

__device__ __forceinline__ long long normPartEnd(const NormGeometry& g, long long part) {
  long long end = (part + 1) * g.partLength;
  return end < g.length ? end : g.length;
}

KERNEL normBatch(
    const float* __restrict__ x, const float* __restrict__ scale, const float* __restrict__ bias,
    const float* __restrict__ mean, const float* __restrict__ variance, float* __restrict__ y, NormBatchGeometry g,
    float epsilon, float alpha, float beta) {
  for (long long i = threadNumber(); i < g.count; i += threadCount()) {
    long long row = quotient(i, g.plane);
    long long c = row - quotient(row, g.channels) * g.channels;
    float value = (x[i] - mean[c]) * (scale[c] / sqrtf(variance[c] + epsilon)) + bias[c];
    y[i] = activate((int)g.kind, alpha, beta, value);
  }
}

KERNEL normLines(
    const float* __restrict__ x, const float* __restrict__ scale, const float* __restrict__ bias, float* __restrict__ y,
    NormGeometry g, float epsilon, float alpha, float beta) {
  __shared__ NormMoments shared[NORM_THREADS];
  const int team = (int)g.team;
  const int lane = (int)threadIdx.x % team;
  const long long line = blockIdx.x * (long long)(NORM_THREADS / team) + threadIdx.x / team;
  // A team without a line has nothing to read but must come to the barriers.
  const long long end = line < g.lines ? g.length : 0;
  NormMoments own = normMomentsOf(x + (end > 0 ? line * g.length : 0), lane, end, team);
  NormScale by = normScaleOf(teamTotal<NormMomentsJoin>(shared, own, team), g.length, epsilon);
  normWrite(x, scale, bias, y, g, by, line, lane, end, team, alpha, beta);
}

KERNEL normMoments(const float* __restrict__ x, NormMoments* __restrict__ partials, NormGeometry g) {
  __shared__ NormMoments shared[NORM_THREADS];
  const long long line = quotient(blockIdx.x, g.parts);
  const long long part = blockIdx.x - line * g.parts;
  NormMoments own =
      normMomentsOf(x + line * g.length, part * g.partLength + threadIdx.x, normPartEnd(g, part), NORM_THREADS);
  own = teamTotal<NormMomentsJoin>(shared, own, NORM_THREADS);
  if (threadIdx.x == 0) partials[blockIdx.x] = own;
}

KERNEL normApply(
    const float* __restrict__ x, const float* __restrict__ scale, const float* __restrict__ bias,
    const NormMoments* __restrict__ partials, float* __restrict__ y, NormGeometry g, float epsilon, float alpha, float beta) {
  __shared__ NormMoments shared[NORM_THREADS];
  const long long line = quotient(blockIdx.x, g.parts);
  const long long part = blockIdx.x - line * g.parts;
  NormScale by = normJoinedScale(partials, g, line, epsilon, shared);
  normWrite(
      x, scale, bias, y, g, by, line, part * g.partLength + threadIdx.x, normPartEnd(g, part), NORM_THREADS, alpha, beta);
}

KERNEL normGradLines(
    const float* __restrict__ x, const float* __restrict__ gy, const float* __restrict__ scale, float* __restrict__ y,
    NormGeometry g, float epsilon) {
  __shared__ NormMoments shared[NORM_THREADS];
  __shared__ NormSums sharedSums[NORM_THREADS];
  const int team = (int)g.team;
  const int lane = (int)threadIdx.x % team;
  const long long line = blockIdx.x * (long long)(NORM_THREADS / team) + threadIdx.x / team;
  const long long end = line < g.lines ? g.length : 0;
  NormMoments own = normMomentsOf(x + (end > 0 ? line * g.length : 0), lane, end, team);
  NormScale by = normScaleOf(teamTotal<NormMomentsJoin>(shared, own, team), g.length, epsilon);
  NormSums sums = normSumsOf(x, gy, scale, g, by, line, lane, end, team);
  sums = teamTotal<NormSumsJoin>(sharedSums, sums, team);
  normGradWrite(x, gy, scale, y, g, by, sums, line, lane, end, team);
}

KERNEL normGradSums(
    const float* __restrict__ x, const float* __restrict__ gy, const float* __restrict__ scale,
    const NormMoments* __restrict__ partials, NormSums* __restrict__ sums, NormGeometry g, float epsilon) {
  __shared__ NormMoments shared[NORM_THREADS];
  __shared__ NormSums sharedSums[NORM_THREADS];
  const long long line = quotient(blockIdx.x, g.parts);
  const long long part = blockIdx.x - line * g.parts;
  NormScale by = normJoinedScale(partials, g, line, epsilon, shared);
  NormSums own = normSumsOf(
      x, gy, scale, g, by, line, part * g.partLength + threadIdx.x, normPartEnd(g, part), NORM_THREADS);
  own = teamTotal<NormSumsJoin>(sharedSums, own, NORM_THREADS);
  if (threadIdx.x == 0) sums[blockIdx.x] = own;
}

KERNEL normGradApply(
    const float* __restrict__ x, const float* __restrict__ gy, const float* __restrict__ scale,
    const NormMoments* __restrict__ partials, const NormSums* __restrict__ sums, float* __restrict__ y, NormGeometry g,
    float epsilon) {
  __shared__ NormMoments shared[NORM_THREADS];
  __shared__ NormSums sharedSums[NORM_THREADS];
  const long long line = quotient(blockIdx.x, g.parts);
  const long long part = blockIdx.x - line * g.parts;
  NormScale by = normJoinedScale(partials, g, line, epsilon, shared);
  NormSums none;
  none.gradient = none.product = 0.0;
  NormSums total = normJoined<NormSumsJoin>(sums, g, line, none, sharedSums);
  normGradWrite(
      x, gy, scale, y, g, by, total, line, part * g.partLength + threadIdx.x, normPartEnd(g, part), NORM_THREADS);
}

__device__ __forceinline__ float normL2Divisor(double squares) {
  double norm = sqrt(squares);
  // 1e-12 is Norm.L2.FLOOR; a NaN must stay.
  return (float)(norm < 1e-12 ? 1e-12 : norm);
}

KERNEL normL2Lines(const float* __restrict__ x, float* __restrict__ y, NormL2Geometry g) {
  __shared__ double shared[NORM_THREADS];
  const int team = (int)g.team;
  const int lane = (int)threadIdx.x % team;
  const long long line = blockIdx.x * (long long)(NORM_THREADS / team) + threadIdx.x / team;
  const long long end = line < g.lines ? g.length : 0;
  const long long outer = quotient(line, g.inner);
  const long long start = outer * g.inner * g.length + (line - outer * g.inner);
  double squares = 0.0;
  for (long long e = lane; e < end; e += team) squares += (double)x[start + e * g.inner] * x[start + e * g.inner];
  float norm = normL2Divisor(teamTotal<NormNumberJoin>(shared, squares, team));
  for (long long e = lane; e < end; e += team) y[start + e * g.inner] = x[start + e * g.inner] / norm;
}

KERNEL normL2Columns(const float* __restrict__ x, float* __restrict__ y, NormL2Geometry g) {
  for (long long line = threadNumber(); line < g.lines; line += threadCount()) {
    const long long outer = quotient(line, g.inner);
    const long long start = outer * g.inner * g.length + (line - outer * g.inner);
    double squares = 0.0;
    for (long long e = 0; e < g.length; e++) squares += (double)x[start + e * g.inner] * x[start + e * g.inner];
    float norm = normL2Divisor(squares);
    for (long long e = 0; e < g.length; e++) y[start + e * g.inner] = x[start + e * g.inner] / norm;
  }
}
