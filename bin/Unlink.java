import java.io.IOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gives compiled classes methods for what the JVM else makes when it first comes by: a class for each switch over types,
 * method handles for {@code equals} and {@code hashCode} of each record. No archive keeps these, and a command that runs
 * once spends a tenth of its time on them. What it has rewritten once it passes over, so after a change of this file the
 * classes must be made anew.
 */
final class Unlink {
  private static final ClassDesc OBJECTS = ClassDesc.of("java.util.Objects");
  private static final int HIDDEN = ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC;

  private final ClassFile file =
      ClassFile.of(
          ClassFile.ClassHierarchyResolverOption.of(
              ClassHierarchyResolver.ofResourceParsing(ClassLoader.getSystemClassLoader())
                  .orElse(ClassHierarchyResolver.defaultResolver())));

  /** A method that stands for the call site of an instruction. */
  private record Added(String name, InvokeDynamicInstruction site) {}

  private Unlink() {}

  /** Rewrites the classes of a folder, all that they name being on the class path. */
  public static void main(String[] arguments) throws IOException {
    Unlink unlink = new Unlink();
    List<Path> classes;
    try (Stream<Path> files = Files.walk(Path.of(arguments[0]))) {
      classes = files.filter(path -> path.toString().endsWith(".class")).sorted().toList();
    }
    for (Path path : classes) {
      ClassModel model = unlink.file.parse(Files.readAllBytes(path));
      if (model.methods().stream().anyMatch(Unlink::concerned)) {
        Files.write(path, unlink.rewritten(model));
      }
    }
  }

  private static boolean concerned(MethodModel method) {
    return method.code().stream()
        .flatMap(code -> code.elementStream())
        .anyMatch(element -> element instanceof InvokeDynamicInstruction site && replaced(site));
  }

  private static boolean replaced(InvokeDynamicInstruction site) {
    DirectMethodHandleDesc bootstrap = site.bootstrapMethod();
    String by = bootstrap.owner().displayName() + "." + bootstrap.methodName();
    return switch (by) {
      case "SwitchBootstraps.typeSwitch" -> site.bootstrapArgs().stream().allMatch(ClassDesc.class::isInstance);
      case "ObjectMethods.bootstrap" -> List.of("equals", "hashCode").contains(site.name().stringValue());
      default -> false;
    };
  }

  private byte[] rewritten(ClassModel model) {
    ClassDesc self = model.thisClass().asSymbol();
    boolean isInterface = model.flags().has(AccessFlag.INTERFACE);
    List<Added> added = new ArrayList<>();
    CodeTransform calls =
        (code, element) -> {
          if (element instanceof InvokeDynamicInstruction site && replaced(site)) {
            Added method = new Added("unlinked$" + added.size(), site);
            added.add(method);
            code.invokestatic(self, method.name(), site.typeSymbol(), isInterface);
          } else {
            code.with(element);
          }
        };
    ClassTransform all =
        ClassTransform.transformingMethodBodies(Unlink::concerned, calls)
            .andThen(ClassTransform.endHandler(builder -> added.forEach(method -> add(builder, self, method))));
    return file.transformClass(model, all);
  }

  private static void add(ClassBuilder builder, ClassDesc self, Added method) {
    InvokeDynamicInstruction site = method.site();
    List<ConstantDesc> arguments = site.bootstrapArgs();
    MethodTypeDesc type = site.typeSymbol();
    builder.withMethodBody(
        method.name(),
        type,
        HIDDEN,
        code -> {
          switch (site.name().stringValue()) {
            case "typeSwitch" -> choose(code, arguments);
            case "hashCode" -> hash(code, self, arguments);
            default -> compare(code, self, arguments);
          }
        });
  }

  /** The number of the first type from a number on that an object is of, -1 for null. */
  private static void choose(CodeBuilder code, List<ConstantDesc> types) {
    Label something = code.newLabel();
    code.aload(0).ifnonnull(something).loadConstant(-1).ireturn().labelBinding(something);
    for (int i = 0; i < types.size(); i++) {
      int number = i;
      Label next = code.newLabel();
      code.iload(1).loadConstant(number).if_icmpgt(next);
      code.aload(0).instanceOf((ClassDesc) types.get(i)).ifeq(next);
      code.loadConstant(number).ireturn().labelBinding(next);
    }
    code.loadConstant(types.size()).ireturn();
  }

  private static List<DirectMethodHandleDesc> fields(List<ConstantDesc> arguments) {
    return arguments.stream().skip(2).map(DirectMethodHandleDesc.class::cast).toList();
  }

  private static void field(CodeBuilder code, ClassDesc self, int of, DirectMethodHandleDesc field) {
    code.aload(of).getfield(self, field.methodName(), field.invocationType().returnType());
  }

  /** The class with the static methods of a primitive type. */
  private static ClassDesc boxed(ClassDesc type) {
    return switch (type.descriptorString()) {
      case "I" -> ConstantDescs.CD_Integer;
      case "J" -> ConstantDescs.CD_Long;
      case "F" -> ConstantDescs.CD_Float;
      case "D" -> ConstantDescs.CD_Double;
      case "Z" -> ConstantDescs.CD_Boolean;
      case "B" -> ConstantDescs.CD_Byte;
      case "S" -> ConstantDescs.CD_Short;
      default -> ConstantDescs.CD_Character;
    };
  }

  private static void hash(CodeBuilder code, ClassDesc self, List<ConstantDesc> arguments) {
    code.loadConstant(0);
    for (DirectMethodHandleDesc field : fields(arguments)) {
      ClassDesc type = field.invocationType().returnType();
      code.loadConstant(31).imul();
      field(code, self, 0, field);
      ClassDesc taken = type.isPrimitive() ? type : ConstantDescs.CD_Object;
      code.invokestatic(type.isPrimitive() ? boxed(type) : OBJECTS, "hashCode", MethodTypeDesc.of(ConstantDescs.CD_int, taken)).iadd();
    }
    code.ireturn();
  }

  private static void compare(CodeBuilder code, ClassDesc self, List<ConstantDesc> arguments) {
    Label differs = code.newLabel();
    code.aload(1).instanceOf(self).ifeq(differs).aload(1).checkcast(self).astore(2);
    for (DirectMethodHandleDesc field : fields(arguments)) {
      ClassDesc type = field.invocationType().returnType();
      field(code, self, 0, field);
      field(code, self, 2, field);
      if (type.isPrimitive()) {
        code.invokestatic(boxed(type), "compare", MethodTypeDesc.of(ConstantDescs.CD_int, type, type)).ifne(differs);
      } else {
        MethodTypeDesc equals = MethodTypeDesc.of(ConstantDescs.CD_boolean, ConstantDescs.CD_Object, ConstantDescs.CD_Object);
        code.invokestatic(OBJECTS, "equals", equals).ifeq(differs);
      }
    }
    code.loadConstant(1).ireturn().labelBinding(differs).loadConstant(0).ireturn();
  }
}
