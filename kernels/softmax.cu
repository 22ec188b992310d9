// y = exp(x) / sum of exp(x), or its logarithm x - log(sum of exp(x)), along one axis: line l has its elements at
// (l / inner) inner length + l % inner + e inner. As in the plain formula a line with an infinity that is its largest value, or
// with NaN, gives NaN.
// softmaxLines: a team of 32 or 256 threads for each line. softmaxColumns: a thread for each line, where lines lie side by side.
// Called by CudaSoftmax.java.
#include "logsum.cuh"
#include "team.cuh"
#include "walk.cuh"

struct SoftmaxGeometry {
  long long lines;
  long long length;
  long long inner;
  long long team;
  long long log;
};

constexpr int SOFTMAX_THREADS = 256;

__device__ __forceinline__ long long softmaxStart(const SoftmaxGeometry& g, long long line) {
  long long outer = quotient(line, g.inner);
  return outer * g.inner * g.length + (line - outer * g.inner);
}

__device__ __forceinline__ Exponentials softmaxSum(const float* __restrict__ x, long long begin, long long end, long long step) {
  Exponentials own;
  own.sum = 0.0;
  own.top = -INFINITY;
  for (long long i = begin; i < end; i += step) LogSum::add(own, x[i]);
  return own;
}

// Writes every step-th element from begin on.
__device__ __forceinline__ void softmaxWrite(
    const float* __restrict__ x, float* __restrict__ y, const Exponentials& total, bool log, long long begin, long long end,
    long long step) {
  // An infinite top gives NaN also to the elements whose difference from it is finite or infinite.
  const float top = fabsf(total.top) == INFINITY ? NAN : total.top;
  const float sum = (float)total.sum;
  const float shift = log ? logf(sum) : 0.0f;
  for (long long i = begin; i < end; i += step) {
    float above = x[i] - top;
    y[i] = log ? above - shift : expf(above) / sum;
  }
}

KERNEL softmaxLines(const float* __restrict__ x, float* __restrict__ y, SoftmaxGeometry g) {
  __shared__ Exponentials shared[SOFTMAX_THREADS];
  const int team = (int)g.team;
  const int lane = (int)threadIdx.x % team;
  const long long line = blockIdx.x * (long long)(SOFTMAX_THREADS / team) + threadIdx.x / team;
  const long long start = softmaxStart(g, line);
  const long long begin = start + lane * g.inner;
  // A team without a line has nothing to read but must come to the barriers.
  const long long end = line < g.lines ? start + g.length * g.inner : begin;
  Exponentials total = teamTotal<LogSum>(shared, softmaxSum(x, begin, end, team * g.inner), team);
  softmaxWrite(x, y, total, g.log != 0, begin, end, team * g.inner);
}

KERNEL softmaxColumns(const float* __restrict__ x, float* __restrict__ y, SoftmaxGeometry g) {
  for (long long line = threadNumber(); line < g.lines; line += threadCount()) {
    const long long start = softmaxStart(g, line);
    const long long end = start + g.length * g.inner;
    Exponentials total = softmaxSum(x, start, end, g.inner);
    softmaxWrite(x, y, total, g.log != 0, start, end, g.inner);
  }
}
