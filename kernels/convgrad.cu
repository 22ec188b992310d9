// The gradient of a convolution for its weight.
//   gw[k,c,t,r,s] = sum_{n,z,p,q} gy[n,k,z,p,q] x[n,c, z sd + t dd - pd, p sh + r dh - ph, q sw + s dw - pw]
// Letters: conv.cuh. The depth of the GEMM runs over the positions of the output.
//   convWeightGrad        64 x 64 weights per block of 256 threads; grid x: column tile * (group, row tile), y: splits, which convSum of conv.cu adds
//   convWeightGradDirect  one weight per block, for depthwise convolutions; grid x: weight, y: splits
// Called by CudaConv.
#include "conv.cuh"

// What one output position contributes to every weight: where its tap 0 reads of the first channel, and where gy's row 0 lies.
__device__ __forceinline__ ConvStep convWeightStep(const ConvGeometry& g, int group, long long position, long long count) {
  ConvStep step;
  step.unused = 0;
  if (position >= count) {
    step.d = CONV_OUTSIDE;
    step.h = 0;
    step.w = 0;
    step.source = 0;
    step.weight = -1;
    return step;
  }
  int q = (int)(position % g.result[2]);
  long long rest = position / g.result[2];
  int p = (int)(rest % g.result[1]);
  rest /= g.result[1];
  int z = (int)(rest % g.result[0]);
  long long n = rest / g.result[0];
  step.d = z * (int)g.stride[0] - (int)g.pad[0];
  step.h = p * (int)g.stride[1] - (int)g.pad[1];
  step.w = q * (int)g.stride[2] - (int)g.pad[2];
  step.source = (((n * g.groups + group) * g.channels * g.source[0] + step.d) * g.source[1] + step.h) * g.source[2] + step.w;
  step.weight = (((n * g.groups + group) * g.rows * g.result[0] + z) * g.result[1] + p) * g.result[2] + q;
  return step;
}

// Which values of the source a weight (channel and tap) multiplies.
__device__ __forceinline__ ConvPosition convWeightPosition(const ConvGeometry& g, long long weight, long long count) {
  ConvPosition at;
  if (weight >= count) {
    at.d = CONV_OUTSIDE;
    at.h = 0;
    at.w = 0;
    at.source = 0;
    at.result = -1;
    return at;
  }
  int rest = (int)weight;
  at.w = rest % (int)g.taps[2] * (int)g.dilation[2];
  rest /= (int)g.taps[2];
  at.h = rest % (int)g.taps[1] * (int)g.dilation[1];
  rest /= (int)g.taps[1];
  at.d = rest % (int)g.taps[0] * (int)g.dilation[0];
  int channel = rest / (int)g.taps[0];
  at.source = ((channel * g.source[0] + at.d) * g.source[1] + at.h) * g.source[2] + at.w;
  at.result = weight;
  return at;
}

KERNEL __launch_bounds__(TILE_THREADS, 2)
    convWeightGrad(const float* __restrict__ x, const float* __restrict__ gy, float* __restrict__ gw, ConvGeometry g) {
  constexpr int SIDE = 64;
  constexpr int LOADS = SIDE * TILE_DEPTH / TILE_THREADS;
  constexpr int APART = TILE_THREADS / TILE_DEPTH;
  typedef Tile<SIDE, SIDE, 4> T;
  __shared__ float4 aligned[T::MEMORY / 4];
  __shared__ ConvStep steps[2][CONV_STEPS];
  float* memory = reinterpret_cast<float*>(aligned);
  int thread = threadIdx.x;
  ConvBlock block = convBlock(g, SIDE);
  long long columns = g.channels * g.taps[0] * g.taps[1] * g.taps[2];
  long long plane = g.result[0] * g.result[1] * g.result[2];
  long long depth = g.batch * plane;
  long long slabs = (depth + TILE_DEPTH - 1) / TILE_DEPTH;
  long long each = (slabs + g.splits - 1) / g.splits;
  long long slab = blockIdx.y * each;
  long long end = slab + each < slabs ? slab + each : slabs;
  // Both matrices lie along the positions.
  int l = thread % TILE_DEPTH;
  int line = thread / TILE_DEPTH;
  int firstRow = block.rowTile * SIDE;
  int rowsLeft = (int)g.rows - firstRow < SIDE ? (int)g.rows - firstRow : SIDE;
  ConvPosition at[LOADS];
#pragma unroll
  for (int i = 0; i < LOADS; i++) {
    at[i] = convWeightPosition(g, block.columnTile * SIDE + line + i * APART, columns);
  }
  const float* rows = gy + (firstRow + line) * plane;
  float aNext[LOADS] = {};
  float bNext[LOADS] = {};
  T tile;
  tile.start();
  if (thread < CONV_STEPS) {
    steps[0][thread] = convWeightStep(g, block.group, slab * TILE_DEPTH + thread, depth);
  }
  __syncthreads();
  for (long long round = -1; slab + round < end; round++) {
    int next = (int)(round + 1) & 1;
    int now = (int)round & 1;
    bool more = slab + round + 1 < end;
    if (more) {
      ConvStep step = convSlabSteps(steps, round + 1)[l];
#pragma unroll
      for (int i = 0; i < LOADS; i++) {
        aNext[i] = step.weight >= 0 && line + i * APART < rowsLeft ? __ldg(rows + step.weight + i * APART * plane) : 0.0f;
        bNext[i] = convGather(x, g, at[i], step);
      }
    }
    if (round >= 0 && round % CONV_SLABS == 0 && thread < CONV_STEPS) {
      convNextSteps(steps, round)[thread] = convWeightStep(g, block.group, (slab + round + CONV_SLABS) * TILE_DEPTH + thread, depth);
    }
    if (round >= 0) {
      tile.multiply(T::a(memory, now), T::b(memory, now));
      if (round % TILE_FLUSH == TILE_FLUSH - 1) {
        tile.flush();
      }
    }
    if (more) {
      float* a = T::a(memory, next);
      float* b = T::b(memory, next);
#pragma unroll
      for (int i = 0; i < LOADS; i++) {
        a[l * T::A_PITCH + line + i * APART] = aNext[i];
        b[l * T::B_PITCH + line + i * APART] = bNext[i];
      }
    }
    __syncthreads();
  }
  tile.park(memory);
  __syncthreads();
  float* target = gw + blockIdx.y * (g.groups * g.rows * columns) + (block.group * g.rows + firstRow) * columns;
  long long column = block.columnTile * SIDE + thread % SIDE;
  if (column < columns) {
    for (int row = thread / SIDE; row < rowsLeft; row += TILE_THREADS / SIDE) {
      target[row * columns + column] = memory[row * SIDE + thread % SIDE];
    }
  }
}

KERNEL __launch_bounds__(TILE_THREADS)
    convWeightGradDirect(const float* __restrict__ x, const float* __restrict__ gy, float* __restrict__ gw, ConvGeometry g) {
  __shared__ float sums[TILE_THREADS];
  long long columns = g.channels * g.taps[0] * g.taps[1] * g.taps[2];
  long long k = blockIdx.x / columns;
  int group = (int)(k / g.rows);
  long long row = k % g.rows;
  ConvPosition at = convWeightPosition(g, blockIdx.x % columns, columns);
  long long plane = g.result[0] * g.result[1] * g.result[2];
  long long depth = g.batch * plane;
  long long each = (depth + g.splits - 1) / g.splits;
  long long from = blockIdx.y * each;
  long long end = from + each < depth ? from + each : depth;
  float total = 0.0f;
  float sum = 0.0f;
  int terms = 0;
  for (long long position = from + threadIdx.x; position < end; position += TILE_THREADS) {
    ConvStep step = convWeightStep(g, group, position, depth);
    sum = fmaf(convGather(x, g, at, step), __ldg(gy + step.weight + row * plane), sum);
    if (++terms == TILE_THREADS) {
      total += sum;
      sum = 0.0f;
      terms = 0;
    }
  }
  int thread = threadIdx.x;
  sums[thread] = total + sum;
  __syncthreads();
  for (int half = TILE_THREADS / 2; half > 0; half /= 2) {
    if (thread < half) {
      sums[thread] += sums[thread + half];
    }
    __syncthreads();
  }
  if (thread == 0) {
    gw[blockIdx.y * (g.groups * g.rows * columns) + blockIdx.x] = sums[0];
  }
}
