using System.Text;
using System.Text.RegularExpressions;
using Mono.Cecil;
using XenKube.Tests.Support;

namespace XenKube.Tests.Layering;

/// <summary>Who uses whom, as the compiler left it: base types, signatures, attributes and every instruction of every method.</summary>
internal static partial class CompiledCode
{
    /// <summary>One use of a type of ours by another one.</summary>
    internal sealed record Use(TypeName From, TypeName To)
    {
        public override string ToString() => $"{From.Name} -> {To.Name}";
    }

    /// <summary>A type, nested ones counted as the type around them.</summary>
    internal sealed record TypeName(string Assembly, string Namespace, string Name);

    private static readonly string[] Projects = ["XenKube", "XenKube.Cli", "XenKube.Boot", "XenKube.Core", "XenKube.Parsing"];

    /// <summary>Uses between types of different namespaces in the assemblies that users get.</summary>
    public static IReadOnlyList<Use> Uses { get; } = [.. Projects.SelectMany(Read).Distinct()];

    /// <summary>The assemblies that users get; they are small enough to be left to the garbage collector.</summary>
    public static IReadOnlyList<ModuleDefinition> Modules() => [.. Projects.Select(ModuleOf)];

    private static ModuleDefinition ModuleOf(string project)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var file = project switch { "XenKube.Cli" => "xenkube", "XenKube.Boot" => "xenkube-boot", _ => project };
        return ModuleDefinition.ReadModule(Path.Combine(Project.Root, "src", project, "bin", configuration, "net10.0", $"{file}.dll"));
    }

    private static IEnumerable<Use> Read(string project)
    {
        using var module = ModuleOf(project);
        foreach (var type in module.GetTypes())
        {
            foreach (var used in References(type).SelectMany(Parts).Select(Outermost))
            {
                var use = new Use(Name(Outermost(type)), Name(used));
                if (IsOurs(use.From) && IsOurs(use.To) && use.From.Namespace != use.To.Namespace)
                {
                    yield return use;
                }
            }
        }
    }

    private static bool IsOurs(TypeName type) => type.Namespace == "XenKube" || type.Namespace.StartsWith("XenKube.", StringComparison.Ordinal);

    private static TypeName Name(TypeReference type) => new(type.Scope is ModuleDefinition module ? module.Assembly.Name.Name : type.Scope.Name, type.Namespace, type.Name);

    private static TypeReference Outermost(TypeReference type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Concat(Parts(generic.ElementType)),
        TypeSpecification made => Parts(made.ElementType),
        GenericParameter => [],
        _ => [type],
    };

    private static IEnumerable<TypeReference> References(TypeDefinition type) =>
    [
        .. type.BaseType is null ? [] : new[] { type.BaseType },
        .. type.Interfaces.Select(one => one.InterfaceType),
        .. type.Fields.Select(field => field.FieldType),
        .. type.CustomAttributes.Concat(type.Properties.SelectMany(property => property.CustomAttributes)).SelectMany(References),
        .. type.Methods.SelectMany(References),
    ];

    private static IEnumerable<TypeReference> References(MethodDefinition method) =>
    [
        method.ReturnType,
        .. method.Parameters.Select(parameter => parameter.ParameterType),
        .. method.CustomAttributes.SelectMany(References),
        .. method.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType),
        .. method.HasBody ? Body(method) : [],
    ];

    private static IEnumerable<TypeReference> Body(MethodDefinition method) =>
    [
        .. method.Body.Variables.Select(variable => variable.VariableType),
        .. method.Body.ExceptionHandlers.Select(handler => handler.CatchType).OfType<TypeReference>(),
        .. method.Body.Instructions.SelectMany(instruction => instruction.Operand switch
        {
            TypeReference type => [type],
            FieldReference field => [field.DeclaringType, field.FieldType],
            MethodReference called => [called.DeclaringType, called.ReturnType, .. called.Parameters.Select(parameter => parameter.ParameterType),
                .. called is GenericInstanceMethod generic ? generic.GenericArguments : []],
            _ => Enumerable.Empty<TypeReference>(),
        }),
    ];

    /// <summary>An attribute's own type, and the types that its arguments name: their names are text in the compiled form.</summary>
    private static IEnumerable<TypeReference> References(CustomAttribute attribute) =>
        OurNames().Matches(Encoding.UTF8.GetString(attribute.GetBlob())).Select(match => attribute.Constructor.Module.GetType(match.Value)).OfType<TypeReference>()
            .Prepend(attribute.AttributeType);

    [GeneratedRegex(@"XenKube(\.\w+)+")]
    private static partial Regex OurNames();
}
