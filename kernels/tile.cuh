// A block's product of two slabs in shared memory, in register tiles: conv.cu and linear.cu multiply with it.
// sums[i][j] += sum over l of a[l][row i] * b[l][column j]; a block of 256 threads makes ROWS x COLUMNS sums, a thread TR x 4 of them.
// Threads of a warp lie 4 x 8 over the tile, so that each read of shared memory is one wavefront.
// Long sums: flush() after some hundred terms adds the sums to the totals, so that no single float sum gets long.
#pragma once
#include "common.cuh"

static constexpr int TILE_THREADS = 256;
static constexpr int TILE_DEPTH = 8;
// Terms in one sum before it is added to the totals, in slabs.
static constexpr int TILE_FLUSH = 32;

template <int ROWS, int COLUMNS, int TR>
struct Tile {
  // Padded so that threads that store along the depth meet different banks; still a multiple of 16 bytes.
  static constexpr int A_PITCH = ROWS + 4;
  static constexpr int B_PITCH = COLUMNS + 4;
  static constexpr int SLAB = TILE_DEPTH * (A_PITCH + B_PITCH);
  // Two slabs while multiplying, the whole tile afterwards.
  static constexpr int MEMORY = 2 * SLAB > ROWS * COLUMNS ? 2 * SLAB : ROWS * COLUMNS;
  static_assert((ROWS / TR) * (COLUMNS / 4) == TILE_THREADS, "each thread has one part of the tile");

  float sums[TR][4];
  float totals[TR][4];
  int row;
  int column;

  __device__ __forceinline__ void start() {
    constexpr int warpsAcross = COLUMNS / 32;
    int warp = threadIdx.x / 32;
    int lane = threadIdx.x % 32;
    row = (warp / warpsAcross * 4 + lane / 8) * 4;
    column = (warp % warpsAcross * 8 + lane % 8) * 4;
#pragma unroll
    for (int i = 0; i < TR; i++) {
#pragma unroll
      for (int j = 0; j < 4; j++) {
        sums[i][j] = 0.0f;
        totals[i][j] = 0.0f;
      }
    }
  }

  // Of a slab in shared memory the a part, [TILE_DEPTH][A_PITCH], and the b part, [TILE_DEPTH][B_PITCH], behind it.
  __device__ __forceinline__ static float* a(float* memory, int slab) { return memory + slab * SLAB; }
  __device__ __forceinline__ static float* b(float* memory, int slab) { return memory + slab * SLAB + TILE_DEPTH * A_PITCH; }

  __device__ __forceinline__ void multiply(const float* a, const float* b) {
#pragma unroll
    for (int l = 0; l < TILE_DEPTH; l++) {
      float left[TR];
#pragma unroll
      for (int part = 0; part < TR / 4; part++) {
        float4 four = *reinterpret_cast<const float4*>(a + l * A_PITCH + row + part * (ROWS / 2));
        left[part * 4] = four.x;
        left[part * 4 + 1] = four.y;
        left[part * 4 + 2] = four.z;
        left[part * 4 + 3] = four.w;
      }
      float4 right = *reinterpret_cast<const float4*>(b + l * B_PITCH + column);
#pragma unroll
      for (int i = 0; i < TR; i++) {
        sums[i][0] = fmaf(left[i], right.x, sums[i][0]);
        sums[i][1] = fmaf(left[i], right.y, sums[i][1]);
        sums[i][2] = fmaf(left[i], right.z, sums[i][2]);
        sums[i][3] = fmaf(left[i], right.w, sums[i][3]);
      }
    }
  }

  __device__ __forceinline__ void flush() {
#pragma unroll
    for (int i = 0; i < TR; i++) {
#pragma unroll
      for (int j = 0; j < 4; j++) {
        totals[i][j] += sums[i][j];
        sums[i][j] = 0.0f;
      }
    }
  }

  // Lays the whole tile into shared memory, [ROWS][COLUMNS]. Nobody may still read slabs; nobody may read the tile before the next barrier.
  __device__ __forceinline__ void park(float* memory) {
#pragma unroll
    for (int i = 0; i < TR; i++) {
      int r = row + i % 4 + i / 4 * (ROWS / 2);
      float4 four;
      four.x = totals[i][0] + sums[i][0];
      four.y = totals[i][1] + sums[i][1];
      four.z = totals[i][2] + sums[i][2];
      four.w = totals[i][3] + sums[i][3];
      *reinterpret_cast<float4*>(memory + r * COLUMNS + column) = four;
    }
  }
};
