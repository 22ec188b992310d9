package voxcam.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import voxcam.backend.Backend;
import voxcam.backend.Backends;
import voxcam.backend.Options;
import voxcam.cuda.CamDisplay;
import voxcam.cuda.CamReduction;
import voxcam.cuda.CamReduction.Layout;
import voxcam.cuda.CamReduction.Method;
import voxcam.cuda.CamReduction.Precision;
import voxcam.op.Shape;

/**
 * {@link CamServer} for a GPU: inputs and maps stay in its memory, and its own clock tells the
 * time. In place of {@code read} there is {@code copy}, which moves as many bytes as a map's inputs
 * have, half of them read and half written.
 */
public final class CamDeviceServer {
  private final CUstream stream = new CUstream();
  private final CUevent first = new CUevent();
  private final CUevent last = new CUevent();
  private final Map<String, IntConsumer> starts = new HashMap<>();
  private final CUdeviceptr map;
  private final long mapBytes;
  private int pairs = 1;
  private int turn;

  private CamDeviceServer(Map<String, String> arguments) throws IOException {
    Backend backend = Backends.named("cuda");
    takeContext();
    check(JCudaDriver.cuStreamCreate(stream, 0));
    check(JCudaDriver.cuEventCreate(first, 0));
    check(JCudaDriver.cuEventCreate(last, 0));
    Shape shape = Dialogue.shape(arguments.get("shape"));
    if (arguments.containsKey("map")) {
      Shape grid = Dialogue.shape(arguments.get("grid"));
      CUdeviceptr raw = uploaded(Path.of(arguments.get("map")));
      mapBytes = grid.size() * Float.BYTES;
      map = allocated(mapBytes);
      CamDisplay display = new CamDisplay(shape, grid, 1, CamDisplay.Format.FLOAT32);
      starts.put("display", _ -> display.start(raw, null, map, stream));
    } else {
      long positions = shape.size(2, shape.rank());
      long bytes = shape.size() * Float.BYTES;
      mapBytes = shape.dim(0) * positions * Float.BYTES;
      map = allocated(mapBytes);
      pairs = CamRun.pairs(shape);
      List<CUdeviceptr> activations = several(uploaded(Path.of(arguments.get("a"))), bytes);
      List<CUdeviceptr> gradients = several(uploaded(Path.of(arguments.get("g"))), bytes);
      for (Method method : List.of(Method.HIRESCAM, Method.GRADCAM)) {
        CamReduction cam =
            new CamReduction(
                method,
                shape.dim(0),
                shape.dim(1),
                positions,
                Precision.FP32,
                Layout.CHANNELS_FIRST);
        starts.put(
            method == Method.HIRESCAM ? "hirescam" : "gradcam",
            pair -> cam.start(activations.get(pair), gradients.get(pair), map, stream));
      }
      CUdeviceptr copy = allocated(bytes);
      starts.put(
          "copy",
          pair -> check(JCudaDriver.cuMemcpyDtoDAsync(copy, activations.get(pair), bytes, stream)));
    }
    Dialogue.answer(
        "{\"java\":\"%s\",\"backend\":\"%s\",\"pairs\":%d}",
        Runtime.version(), backend.description(Options.DEFAULT), pairs);
  }

  /** Serves until the input ends. */
  public static void main(String[] args) throws IOException {
    CamDeviceServer server = new CamDeviceServer(Dialogue.arguments(args));
    Dialogue.serve(server::obey);
  }

  private void obey(String... command) throws IOException {
    IntConsumer start = starts.get(command[1]);
    switch (command[0]) {
      case "map" -> {
        start.accept(next());
        ByteBuffer bytes =
            ByteBuffer.allocateDirect(Math.toIntExact(mapBytes)).order(ByteOrder.LITTLE_ENDIAN);
        check(JCudaDriver.cuStreamSynchronize(stream));
        check(JCudaDriver.cuMemcpyDtoH(Pointer.to(bytes), map, mapBytes));
        float[] values = new float[bytes.asFloatBuffer().remaining()];
        bytes.asFloatBuffer().get(values);
        Dialogue.write(Path.of(command[2]), values);
        Dialogue.answer("{\"values\":%d}", values.length);
      }
      case "run" -> {
        int times = Integer.parseInt(command[2]);
        check(JCudaDriver.cuEventRecord(first, stream));
        for (int i = 0; i < times; i++) {
          start.accept(next());
        }
        check(JCudaDriver.cuEventRecord(last, stream));
        check(JCudaDriver.cuEventSynchronize(last));
        float[] milliseconds = new float[1];
        check(JCudaDriver.cuEventElapsedTime(milliseconds, first, last));
        Dialogue.answer("{\"ns\":%.1f}", milliseconds[0] * 1e6 / times);
      }
      default -> throw Dialogue.unknown(command);
    }
  }

  private int next() {
    turn = (turn + 1) % pairs;
    return turn;
  }

  private static void takeContext() {
    CUdevice device = new CUdevice();
    CUcontext context = new CUcontext();
    check(JCudaDriver.cuInit(0));
    check(JCudaDriver.cuDeviceGet(device, 0));
    check(JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
    check(JCudaDriver.cuCtxSetCurrent(context));
  }

  private static CUdeviceptr allocated(long bytes) {
    CUdeviceptr address = new CUdeviceptr();
    check(JCudaDriver.cuMemAlloc(address, bytes));
    return address;
  }

  private static CUdeviceptr uploaded(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long bytes = channel.size();
      CUdeviceptr address = allocated(bytes);
      ByteBuffer mapped = channel.map(MapMode.READ_ONLY, 0, bytes);
      check(JCudaDriver.cuMemcpyHtoD(address, Pointer.to(mapped), bytes));
      return address;
    }
  }

  /** A value and copies of it, one for each pair. */
  private List<CUdeviceptr> several(CUdeviceptr value, long bytes) {
    List<CUdeviceptr> all = new ArrayList<>(List.of(value));
    while (all.size() < pairs) {
      all.add(allocated(bytes));
      check(JCudaDriver.cuMemcpyDtoD(all.getLast(), value, bytes));
    }
    return List.copyOf(all);
  }

  private static void check(int code) {
    if (code != CUresult.CUDA_SUCCESS) {
      throw new IllegalStateException("cuda: " + CUresult.stringFor(code));
    }
  }
}
