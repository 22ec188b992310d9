// Convolution (cross-correlation), its transpose and its gradients.
//   forward:         y[n,k,z,p,q]  = act(b[k] + r[n,k,z,p,q] + sum_{c,t,r,s} w[k,c,t,r,s] x[n,c, z sd + t dd - pd, p sh + r dh - ph, q sw + s dw - pw])
//   input gradient:  gx[n,c,d,h,w] = b[c] + sum_{k,t,r,s} w[k,c,t,r,s] gy[n,k,z,p,q] over the taps with z sd + t dd - pd = d, and so on
//   weight gradient: gw[k,c,t,r,s] = sum_{n,z,p,q} gy[n,k,z,p,q] x[n,c, z sd + t dd - pd, ...]
// Letters: input N C D H W, weights K C T R S, output N K Z P Q; stride s, padding p, dilation d per axis; groups split C and K.
// Implicit GEMM: rows are the result's channels of one group, columns its positions, the depth runs over source channels and taps. The matrix of
// columns is gathered while it is read. An input gradient with stride falls apart into stride^3 phases, positions with one remainder each: inside
// a phase it is a convolution of stride 1 with every so-manieth tap. Forward has one phase.
//   convTileRxC      R x C results per block of 256 threads, slabs 8 deep, double buffered; grid x: column tile * (phase, group, row tile), y: splits
//   convDirectK      K channels x (4, 4, 2) positions per thread, for few channels: the depth is short or the rows are few; same grid, no splits
//   convWeightGrad   GEMM over positions, 64 x 64 weights per block; grid x: column tile * (group, row tile), y: splits
//   convWeightGradDirect  one weight per block, for depthwise; grid x: weight, y: splits
//   convSum          adds the splits in order, and what a convolution adds at its end; grid covers the results
// Called by CudaConv.
#include "activation.cuh"
#include "tile.cuh"

// Sizes are per group where groups split them. rows: channels of the result; channels: of the source. weight*: distances in the weights.
struct ConvGeometry {
  long long batch, groups, rows, channels;
  long long source[3], result[3], taps[3], stride[3], pad[3], dilation[3];
  // In a phase of an input gradient every so-manieth tap meets the grid of the source.
  long long tapEvery[3];
  long long weightGroup, weightRow, weightChannel;
  long long backward, phases, splits;
  // Whether there is a bias, a residual, and which function ends it (activation.cuh).
  long long bias, residual, activation;
};

// One axis of one phase. The result's positions are first + a * every, a < count; tap i of position a reads a * scale + offset + i * step
// of the source, and is weight firstTap + i * everyTap.
struct ConvAxis {
  int count, first, every;
  int scale, offset, step;
  int taps, firstTap, everyTap;
};

// One step along the depth: where it reads relative to a position, per axis for the test against the edges, and as a distance in memory.
struct alignas(16) ConvStep {
  int d, h, w, unused;
  long long source;
  long long weight;
};

// Added to any coordinate it leads out of the source.
static constexpr int CONV_OUTSIDE = 1 << 30;

__device__ __forceinline__ ConvAxis convAxis(int result, int taps, int stride, int pad, int dilation, int tapEvery, bool backward, int phase) {
  ConvAxis axis;
  if (!backward) {
    axis.count = result;
    axis.first = 0;
    axis.every = 1;
    axis.scale = stride;
    axis.offset = -pad;
    axis.step = dilation;
    axis.taps = taps;
    axis.firstTap = 0;
    axis.everyTap = 1;
    return axis;
  }
  axis.count = phase < result ? (result - phase - 1) / stride + 1 : 0;
  axis.first = phase;
  axis.every = stride;
  axis.scale = 1;
  int tap = 0;
  while (tap < tapEvery && (phase + pad - tap * dilation) % stride != 0) {
    tap++;
  }
  axis.taps = tap < tapEvery && tap < taps ? (taps - tap - 1) / tapEvery + 1 : 0;
  axis.firstTap = tap;
  axis.everyTap = tapEvery;
  axis.offset = (phase + pad - tap * dilation) / stride;
  axis.step = -(tapEvery * dilation / stride);
  return axis;
}

// The axes of a phase, by one thread for its block.
__device__ __forceinline__ void convAxes(const ConvGeometry& g, int phase, ConvAxis* axes) {
  int rest = phase;
#pragma unroll
  for (int i = 2; i >= 0; i--) {
    int own = g.backward ? (int)(rest % g.stride[i]) : 0;
    rest = g.backward ? (int)(rest / g.stride[i]) : 0;
    axes[i] = convAxis((int)g.result[i], (int)g.taps[i], (int)g.stride[i], (int)g.pad[i], (int)g.dilation[i], (int)g.tapEvery[i], g.backward != 0, own);
  }
}

__device__ __forceinline__ ConvStep convStep(const ConvGeometry& g, const ConvAxis* axes, long long depth, long long l) {
  ConvStep step;
  step.unused = 0;
  if (l >= depth) {
    step.d = CONV_OUTSIDE;
    step.h = 0;
    step.w = 0;
    step.source = 0;
    step.weight = -1;
    return step;
  }
  int rest = (int)l;
  int s = rest % axes[2].taps;
  rest /= axes[2].taps;
  int r = rest % axes[1].taps;
  rest /= axes[1].taps;
  int t = rest % axes[0].taps;
  int channel = rest / axes[0].taps;
  step.d = t * axes[0].step;
  step.h = r * axes[1].step;
  step.w = s * axes[2].step;
  step.source = ((channel * g.source[0] + step.d) * g.source[1] + step.h) * g.source[2] + step.w;
  step.weight = channel * g.weightChannel +
                ((axes[0].firstTap + t * axes[0].everyTap) * g.taps[1] + axes[1].firstTap + r * axes[1].everyTap) * g.taps[2] + axes[2].firstTap +
                s * axes[2].everyTap;
  return step;
}

// A position of the result: what its tap 0 reads of the source's first channel, and where its row 0 lies.
struct ConvPosition {
  int d, h, w;
  long long source;
  long long result;
};

__device__ __forceinline__ ConvPosition convPosition(const ConvGeometry& g, const ConvAxis* axes, int group, long long position, long long count) {
  ConvPosition at;
  if (position >= count) {
    at.d = CONV_OUTSIDE;
    at.h = 0;
    at.w = 0;
    at.source = 0;
    at.result = -1;
    return at;
  }
  int q = (int)(position % axes[2].count);
  long long rest = position / axes[2].count;
  int p = (int)(rest % axes[1].count);
  rest /= axes[1].count;
  int z = (int)(rest % axes[0].count);
  long long n = rest / axes[0].count;
  at.d = z * axes[0].scale + axes[0].offset;
  at.h = p * axes[1].scale + axes[1].offset;
  at.w = q * axes[2].scale + axes[2].offset;
  at.source = (((n * g.groups + group) * g.channels * g.source[0] + at.d) * g.source[1] + at.h) * g.source[2] + at.w;
  at.result = (((n * g.groups + group) * g.rows * g.result[0] + axes[0].first + z * axes[0].every) * g.result[1] + axes[1].first +
               p * axes[1].every) * g.result[2] + axes[2].first + q * axes[2].every;
  return at;
}

// The source's value where a step leads from a position; padding is zero.
__device__ __forceinline__ float convGather(const float* __restrict__ x, const ConvGeometry& g, const ConvPosition& at, const ConvStep& step) {
  bool inside = (unsigned)at.d + (unsigned)step.d < (unsigned)g.source[0] && (unsigned)at.h + (unsigned)step.h < (unsigned)g.source[1] &&
                (unsigned)at.w + (unsigned)step.w < (unsigned)g.source[2];
  return inside ? __ldg(x + at.source + step.source) : 0.0f;
}

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

// Which part of the work a block has.
struct ConvBlock {
  int rowTile, group, phase;
  long long columnTile;
};

__device__ __forceinline__ ConvBlock convBlock(const ConvGeometry& g, int rowsOfTile) {
  ConvBlock block;
  int rowTiles = (int)((g.rows + rowsOfTile - 1) / rowsOfTile);
  long long rest = blockIdx.x;
  block.rowTile = (int)(rest % rowTiles);
  rest /= rowTiles;
  block.group = (int)(rest % g.groups);
  rest /= g.groups;
  block.phase = (int)(rest % g.phases);
  block.columnTile = rest / g.phases;
  return block;
}

template <int ROWS, int COLUMNS, int TR>
__device__ __forceinline__ void convTile(const float* __restrict__ x, const float* __restrict__ w, const float* __restrict__ bias,
                                         const float* __restrict__ residual, float* __restrict__ y, const ConvGeometry& g, float alpha, float beta) {
  typedef Tile<ROWS, COLUMNS, TR> T;
  constexpr int A_LOADS = (ROWS * TILE_DEPTH + TILE_THREADS - 1) / TILE_THREADS;
  constexpr int B_LOADS = COLUMNS * TILE_DEPTH / TILE_THREADS;
  constexpr int B_ROWS = TILE_THREADS / COLUMNS;
  __shared__ float4 aligned[T::MEMORY / 4];
  __shared__ ConvStep steps[2][TILE_DEPTH];
  __shared__ ConvAxis axes[3];
  float* memory = reinterpret_cast<float*>(aligned);
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

  if (thread < TILE_DEPTH) {
    steps[0][thread] = convStep(g, axes, depth, (long long)slab * TILE_DEPTH + thread);
    steps[1][thread] = convStep(g, axes, depth, (long long)(slab + 1) * TILE_DEPTH + thread);
  }
  __syncthreads();
  // Round -1 only loads the first slab; round i multiplies slab i while the next is on its way.
  for (int round = -1; slab + round < end; round++) {
    int next = (round + 1) & 1;
    bool more = slab + round + 1 < end;
    if (more) {
      long long weight = steps[next][aDepth].weight;
#pragma unroll
      for (int i = 0; i < A_LOADS; i++) {
        bool inside = weight >= 0 && aRow + i * (TILE_THREADS / TILE_DEPTH) < rowsLeft;
        aNext[i] = inside ? __ldg(weights + weight + i * weightsApart) : 0.0f;
      }
#pragma unroll
      for (int i = 0; i < B_LOADS; i++) {
        ConvStep step = steps[next][thread / COLUMNS + i * B_ROWS];
        bNext[i] = convGather(x, g, at, step);
      }
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
    // Slab round + 2 takes the place of the steps of slab round, which were used a round ago.
    if (round >= 0 && thread < TILE_DEPTH) {
      steps[round & 1][thread] = convStep(g, axes, depth, (long long)(slab + round + 2) * TILE_DEPTH + thread);
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
  __shared__ float results[CHANNELS * POSITIONS][TILE_THREADS];
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
#pragma unroll
  for (int j = 0; j < POSITIONS; j++) {
#pragma unroll
    for (int i = 0; i < CHANNELS; i++) {
      results[j * CHANNELS + i][thread] = totals[j][i] + sums[j][i];
    }
  }
  long long plane = g.result[0] * g.result[1] * g.result[2];
#pragma unroll 1
  for (int j = 0; j < POSITIONS; j++) {
    long long position = first + j * TILE_THREADS + thread;
    if (position < count) {
      long long result = convPosition(g, axes, block.group, position, count).result;
#pragma unroll 1
      for (int i = 0; i < rows; i++) {
        long long to = result + (firstRow + i) * plane;
        y[to] = convEnd(bias, residual, g, alpha, beta, block.group * g.rows + firstRow + i, to, results[j * CHANNELS + i][thread]);
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
  __shared__ ConvStep steps[2][TILE_DEPTH];
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
  if (thread < TILE_DEPTH) {
    steps[0][thread] = convWeightStep(g, block.group, slab * TILE_DEPTH + thread, depth);
    steps[1][thread] = convWeightStep(g, block.group, (slab + 1) * TILE_DEPTH + thread, depth);
  }
  __syncthreads();
  for (long long round = -1; slab + round < end; round++) {
    int next = (int)(round + 1) & 1;
    int now = (int)round & 1;
    bool more = slab + round + 1 < end;
    if (more) {
      ConvStep step = steps[next][l];
#pragma unroll
      for (int i = 0; i < LOADS; i++) {
        aNext[i] = step.weight >= 0 && line + i * APART < rowsLeft ? __ldg(rows + step.weight + i * APART * plane) : 0.0f;
        bNext[i] = convGather(x, g, at[i], step);
      }
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
    if (round >= 0 && thread < TILE_DEPTH) {
      steps[now][thread] = convWeightStep(g, block.group, (slab + round + 2) * TILE_DEPTH + thread, depth);
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
