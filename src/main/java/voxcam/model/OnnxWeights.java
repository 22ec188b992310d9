package voxcam.model;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import voxcam.op.InputException;

/** The tensors of an ONNX graph by name, each looked at when the first node asks for it. */
final class OnnxWeights {
  private final String where;
  private final Function<String, MemorySegment> files;
  private final Map<String, OnnxTensor> stored = new HashMap<>();
  private final IdentityHashMap<OnnxTensor, WholeNumbers> opened = new IdentityHashMap<>();

  OnnxWeights(String where, OnnxGraph graph, Function<String, MemorySegment> files) {
    this.where = where;
    this.files = files;
    for (OnnxTensor tensor : graph.initialisers()) {
      if (stored.put(tensor.name(), tensor) != null) {
        throw new InputException(where + ": two tensors are named " + Texts.quoted(tensor.name()));
      }
    }
  }

  boolean has(String name) {
    return stored.containsKey(name);
  }

  Optional<OnnxTensor> find(String name) {
    return Optional.ofNullable(stored.get(name));
  }

  /** The values of a tensor of the graph or of a node, unless there are none. */
  Optional<WholeNumbers> values(OnnxTensor tensor) {
    if (tensor.isEmpty()) {
      tensor.sizes(where + ": tensor " + Texts.quoted(tensor.name()));
      return Optional.empty();
    }
    return Optional.of(opened.computeIfAbsent(tensor, given -> given.tensor(where, files)));
  }
}
