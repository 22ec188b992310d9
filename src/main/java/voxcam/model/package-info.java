/**
 * Models and their files.
 *
 * <p>A {@link voxcam.model.Model} is a graph, the names of its labels, and what else an explanation
 * wants to know: the task, the layer to explain, the recipe of its input. Its file is one {@link
 * voxcam.model.Safetensors} file whose metadata holds the graph as {@link voxcam.model.Json}, in
 * the words of ONNX; plain weights are opened with the name of an architecture from {@code nets}.
 *
 * <p>An ONNX file becomes the same kind of calls: {@code OnnxReader} reads its messages from the
 * mapped bytes, {@code OnnxInlining} puts functions where they are called, {@code OnnxImport} walks
 * the nodes, computes what follows from constants and sizes ({@code Known}), brings others into
 * opset 17's form ({@code OnnxForms}) and hands them to the same readers or to compositions of them
 * ({@code OnnxOperators}).
 *
 * <p>A file is opened in three steps, and nothing is believed: {@code SafetensorsHeader} checks the
 * header against the file's size, {@code Description} reads the form of the graph, {@code
 * GraphReader} resolves names and order and looks up each operation in the table {@code Operators},
 * one class per family, which reads and writes. Weights stay in the mapped file until someone asks
 * for them.
 */
package voxcam.model;
