// Convolution (cross-correlation), its transpose and its gradient for the input.
//   forward:         y[n,k,z,p,q]  = act(b[k] + r[n,k,z,p,q] + sum_{c,t,r,s} w[k,c,t,r,s] x[n,c, z sd + t dd - pd, p sh + r dh - ph, q sw + s dw - pw])
//   input gradient:  gx[n,c,d,h,w] = b[c] + sum_{k,t,r,s} w[k,c,t,r,s] gy[n,k,z,p,q] over the taps with z sd + t dd - pd = d, and so on
// Letters and the implicit GEMM: conv.cuh.
//   convTileRxC      R x C results per block of 256 threads, slabs 8 deep, double buffered; grid x: column tile * (phase, group, row tile), y: splits
//   convDirectK      K channels x (4, 4, 2) positions per thread, for few channels: the depth is short or the rows are few; same grid, no splits
//   convSum          adds the splits in order, and what a convolution adds at its end; grid covers the results
// Called by CudaConv.
#include "activation.cuh"
#include "conv.cuh"

// What a convolution does to a sum at the end. Row 0 is the first channel of the first group.
__device__ __forceinline__ float convEnd(const float* __restrict__ bias, const float* __restrict__ residual, const ConvGeometry& g, float alpha,
                                         float beta, long long row, long long at, float sum) {
  if (g.bias) {
    sum += __ldg(bias + row);
  }
  if (g.residual) {
    sum += __ldg(residual + at);
  }
  return activate((int)g.activation, alpha, beta, sum);
}

template <int ROWS, int COLUMNS, int TR>
__device__ __forceinline__ void convTile(const float* __restrict__ x, const float* __restrict__ w, const float* __restrict__ bias,
                                         const float* __restrict__ residual, float* __restrict__ y, const ConvGeometry& g, float alpha, float beta) {
  typedef Tile<ROWS, COLUMNS, TR> T;
  constexpr int A_LOADS = (ROWS * TILE_DEPTH + TILE_THREADS - 1) / TILE_THREADS;
  constexpr int B_LOADS = COLUMNS * TILE_DEPTH / TILE_THREADS;
  constexpr int B_ROWS = TILE_THREADS / COLUMNS;
  // The steps and axes lie where the tile will be when they are no longer needed: so two blocks fit into 64 KB.
  constexpr int STEPS_AT = 2 * T::SLAB;
  constexpr int AXES_AT = STEPS_AT + (int)sizeof(ConvStep) / 4 * 2 * CONV_STEPS;
  constexpr int NEEDED = AXES_AT + ((int)sizeof(ConvAxis) * 3 + 15) / 16 * 4;
  __shared__ float4 aligned[(T::MEMORY > NEEDED ? T::MEMORY : NEEDED) / 4];
  float* memory = reinterpret_cast<float*>(aligned);
  ConvStep(*steps)[CONV_STEPS] = reinterpret_cast<ConvStep(*)[CONV_STEPS]>(memory + STEPS_AT);
  ConvAxis* axes = reinterpret_cast<ConvAxis*>(memory + AXES_AT);
  int thread = threadIdx.x;
  ConvBlock block = convBlock(g, ROWS);
  if (thread == 0) {
    convAxes(g, block.phase, axes);
  }
  __syncthreads();
  long long count = g.batch * axes[0].count * axes[1].count * axes[2].count;
  if (block.columnTile * COLUMNS >= count) {
    return;
  }
  long long depth = g.channels * axes[0].taps * axes[1].taps * axes[2].taps;
  int slabs = (int)((depth + TILE_DEPTH - 1) / TILE_DEPTH);
  int each = (slabs + (int)g.splits - 1) / (int)g.splits;
  int slab = (int)blockIdx.y * each;
  int end = slab + each < slabs ? slab + each : slabs;
  ConvPosition at = convPosition(g, axes, block.group, block.columnTile * COLUMNS + thread % COLUMNS, count);
  // Threads load weights along the depth, which is how they lie in memory, and columns along the positions.
  int aDepth = thread % TILE_DEPTH;
  int aRow = thread / TILE_DEPTH;
  int firstRow = block.rowTile * ROWS;
  const float* weights = w + block.group * g.weightGroup + (firstRow + aRow) * g.weightRow;
  long long weightsApart = TILE_THREADS / TILE_DEPTH * g.weightRow;
  int rowsLeft = (int)g.rows - firstRow < ROWS ? (int)g.rows - firstRow : ROWS;
  float aNext[A_LOADS] = {};
  float bNext[B_LOADS] = {};
  T tile;
  tile.start();

  if (thread < CONV_STEPS) {
    steps[0][thread] = convStep(g, axes, depth, (long long)slab * TILE_DEPTH + thread);
  }
  __syncthreads();
  // Round -1 only loads the first slab; round i multiplies slab i while the next is on its way.
  for (int round = -1; slab + round < end; round++) {
    int next = (round + 1) & 1;
    bool more = slab + round + 1 < end;
    if (more) {
      const ConvStep* slabSteps = convSlabSteps(steps, round + 1);
      long long weight = slabSteps[aDepth].weight;
#pragma unroll
      for (int i = 0; i < A_LOADS; i++) {
        bool inside = weight >= 0 && aRow + i * (TILE_THREADS / TILE_DEPTH) < rowsLeft;
        aNext[i] = inside ? __ldg(weights + weight + i * weightsApart) : 0.0f;
      }
#pragma unroll
      for (int i = 0; i < B_LOADS; i++) {
        ConvStep step = slabSteps[thread / COLUMNS + i * B_ROWS];
        bNext[i] = convGather(x, g, at, step);
      }
    }
    if (round >= 0 && round % CONV_SLABS == 0 && thread < CONV_STEPS) {
      convNextSteps(steps, round)[thread] = convStep(g, axes, depth, (long long)(slab + round + CONV_SLABS) * TILE_DEPTH + thread);
    }
    if (round >= 0) {
      tile.multiply(T::a(memory, round & 1), T::b(memory, round & 1));
      if (round % TILE_FLUSH == TILE_FLUSH - 1) {
        tile.flush();
      }
    }
    if (more) {
      float* a = T::a(memory, next);
      float* b = T::b(memory, next);
#pragma unroll
      for (int i = 0; i < A_LOADS; i++) {
        int row = aRow + i * (TILE_THREADS / TILE_DEPTH);
        if (row < ROWS) {
          a[aDepth * T::A_PITCH + row] = aNext[i];
        }
      }
#pragma unroll
      for (int i = 0; i < B_LOADS; i++) {
        b[(thread / COLUMNS + i * B_ROWS) * T::B_PITCH + thread % COLUMNS] = bNext[i];
      }
    }
    __syncthreads();
  }

  tile.park(memory);
  __syncthreads();
  if (at.result >= 0) {
    long long plane = g.result[0] * g.result[1] * g.result[2];
    float* target = g.splits > 1 ? y + blockIdx.y * (g.batch * g.groups * g.rows * plane) : y;
#pragma unroll 1
    for (int row = thread / COLUMNS; row < rowsLeft; row += B_ROWS) {
      float sum = memory[row * COLUMNS + thread % COLUMNS];
      long long to = at.result + (firstRow + row) * plane;
      if (g.splits == 1) {
        sum = convEnd(bias, residual, g, alpha, beta, block.group * g.rows + firstRow + row, to, sum);
      }
      target[to] = sum;
    }
  }
}

#define CONV_TILE(NAME, ROWS, COLUMNS, TR)                                                                                                      \
  KERNEL __launch_bounds__(TILE_THREADS, 2)                                                                                                     \
      NAME(const float* __restrict__ x, const float* __restrict__ w, const float* __restrict__ bias, const float* __restrict__ residual,        \
           float* __restrict__ y, ConvGeometry g, float alpha, float beta) {                                                                    \
    convTile<ROWS, COLUMNS, TR>(x, w, bias, residual, y, g, alpha, beta);                                                                       \
  }

CONV_TILE(convTile128x64, 128, 64, 8)
CONV_TILE(convTile64x128, 64, 128, 8)
CONV_TILE(convTile128x32, 128, 32, 4)
CONV_TILE(convTile32x128, 32, 128, 4)
CONV_TILE(convTile16x256, 16, 256, 4)

static constexpr int CONV_CHUNK = 32;

// CHANNELS results at POSITIONS positions per thread; weights and steps are read by all threads at once.
template <int CHANNELS, int POSITIONS>
__device__ __forceinline__ void convDirect(const float* __restrict__ x, const float* __restrict__ w, const float* __restrict__ bias,
                                           const float* __restrict__ residual, float* __restrict__ y, const ConvGeometry& g, float alpha, float beta) {
  __shared__ float results[CHANNELS][TILE_THREADS];
  __shared__ ConvStep steps[CONV_CHUNK];
  __shared__ float weights[CONV_CHUNK][CHANNELS];
  __shared__ ConvAxis axes[3];
  int thread = threadIdx.x;
  ConvBlock block = convBlock(g, CHANNELS);
  if (thread == 0) {
    convAxes(g, block.phase, axes);
  }
  __syncthreads();
  long long count = g.batch * axes[0].count * axes[1].count * axes[2].count;
  long long first = block.columnTile * (TILE_THREADS * POSITIONS);
  if (first >= count) {
    return;
  }
  long long depth = g.channels * axes[0].taps * axes[1].taps * axes[2].taps;
  int firstRow = block.rowTile * CHANNELS;
  int rows = (int)g.rows - firstRow < CHANNELS ? (int)g.rows - firstRow : CHANNELS;
  ConvPosition at[POSITIONS];
  float sums[POSITIONS][CHANNELS];
  float totals[POSITIONS][CHANNELS];
#pragma unroll
  for (int j = 0; j < POSITIONS; j++) {
    at[j] = convPosition(g, axes, block.group, first + j * TILE_THREADS + thread, count);
#pragma unroll
    for (int i = 0; i < CHANNELS; i++) {
      sums[j][i] = 0.0f;
      totals[j][i] = 0.0f;
    }
  }
  for (long long from = 0; from < depth; from += CONV_CHUNK) {
    __syncthreads();
    if (thread < CONV_CHUNK) {
      steps[thread] = convStep(g, axes, depth, from + thread);
    }
    __syncthreads();
    for (int i = thread; i < CONV_CHUNK * CHANNELS; i += TILE_THREADS) {
      long long weight = steps[i / CHANNELS].weight;
      int row = i % CHANNELS;
      weights[i / CHANNELS][row] =
          weight >= 0 && row < rows ? __ldg(w + block.group * g.weightGroup + (firstRow + row) * g.weightRow + weight) : 0.0f;
    }
    __syncthreads();
    int length = depth - from < CONV_CHUNK ? (int)(depth - from) : CONV_CHUNK;
    for (int l = 0; l < length; l++) {
      ConvStep step = steps[l];
#pragma unroll
      for (int j = 0; j < POSITIONS; j++) {
        float value = convGather(x, g, at[j], step);
#pragma unroll
        for (int i = 0; i < CHANNELS; i++) {
          sums[j][i] = fmaf(weights[l][i], value, sums[j][i]);
        }
      }
    }
    if (from / CONV_CHUNK % 8 == 7) {
#pragma unroll
      for (int j = 0; j < POSITIONS; j++) {
#pragma unroll
        for (int i = 0; i < CHANNELS; i++) {
          totals[j][i] += sums[j][i];
          sums[j][i] = 0.0f;
        }
      }
    }
  }
  // Through shared memory, so that the function at the end stands in the code once and not once for each result.
  long long plane = g.result[0] * g.result[1] * g.result[2];
#pragma unroll 1
  for (int turn = 0; turn < POSITIONS; turn++) {
#pragma unroll
    for (int j = 0; j < POSITIONS; j++) {
      if (j == turn) {
#pragma unroll
        for (int i = 0; i < CHANNELS; i++) {
          results[i][thread] = totals[j][i] + sums[j][i];
        }
      }
    }
    long long position = first + turn * TILE_THREADS + thread;
    if (position < count) {
      long long result = convPosition(g, axes, block.group, position, count).result;
#pragma unroll 1
      for (int i = 0; i < rows; i++) {
        long long to = result + (firstRow + i) * plane;
        y[to] = convEnd(bias, residual, g, alpha, beta, block.group * g.rows + firstRow + i, to, results[i][thread]);
      }
    }
  }
}

#define CONV_DIRECT(NAME, CHANNELS, POSITIONS)                                                                                                  \
  KERNEL __launch_bounds__(TILE_THREADS)                                                                                                        \
      NAME(const float* __restrict__ x, const float* __restrict__ w, const float* __restrict__ bias, const float* __restrict__ residual,        \
           float* __restrict__ y, ConvGeometry g, float alpha, float beta) {                                                                    \
    convDirect<CHANNELS, POSITIONS>(x, w, bias, residual, y, g, alpha, beta);                                                                   \
  }

CONV_DIRECT(convDirect1, 1, 4)
CONV_DIRECT(convDirect4, 4, 4)
CONV_DIRECT(convDirect16, 16, 2)

// count results of splits parts each; a channel has plane of them.
struct ConvSumGeometry {
  long long count, splits, channels, plane;
  long long bias, residual, activation;
};

KERNEL convSum(const float* __restrict__ parts, const float* __restrict__ bias, const float* __restrict__ residual, float* __restrict__ y,
               ConvSumGeometry g, float alpha, float beta) {
  for (long long i = threadNumber(); i < g.count; i += threadCount()) {
    double sum = 0.0;
    for (long long part = 0; part < g.splits; part++) {
      sum += __ldg(parts + part * g.count + i);
    }
    float value = (float)sum;
    if (g.bias) {
      value += __ldg(bias + i / g.plane % g.channels);
    }
    if (g.residual) {
      value += __ldg(residual + i);
    }
    y[i] = activate((int)g.activation, alpha, beta, value);
  }
}
