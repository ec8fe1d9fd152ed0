using System.Reflection;
using System.Runtime.InteropServices;

namespace XenKube.Help;

/// <summary>
/// The cmdlets of a module's assembly, read from its metadata: nothing of it is run, so the stubs of PowerShellStandard
/// that stand beside it do no harm.
/// </summary>
public sealed class ModuleMetadata : IDisposable
{
    private readonly MetadataLoadContext _context;
    private readonly XmlDocumentation _documentation;

    private ModuleMetadata(MetadataLoadContext context, Assembly assembly, XmlDocumentation documentation)
    {
        _context = context;
        _documentation = documentation;
        Assembly = assembly;
        Cmdlets = [.. assembly.GetTypes()
            .Where(type => type.IsPublic && !type.IsAbstract && Find(type, "CmdletAttribute") is not null)
            .Select(ReadCmdlet)
            .OrderBy(cmdlet => cmdlet.Noun, StringComparer.Ordinal).ThenBy(cmdlet => cmdlet.Verb, StringComparer.Ordinal)];
    }

    public Assembly Assembly { get; }

    public IReadOnlyList<CmdletMetadata> Cmdlets { get; }

    /// <summary>Reads an assembly with the XML documentation and the references that stand beside it.</summary>
    public static ModuleMetadata Read(string path)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var candidates = Directory.EnumerateFiles(directory, "*.dll").Concat(Directory.EnumerateFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*.dll"));
        var context = new MetadataLoadContext(new PathAssemblyResolver(candidates.DistinctBy(Path.GetFileName)));
        return new ModuleMetadata(context, context.LoadFromAssemblyPath(Path.GetFullPath(path)), XmlDocumentation.ReadDirectory(directory));
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    private CmdletMetadata ReadCmdlet(Type type)
    {
        var attribute = Find(type, "CmdletAttribute")!;
        var impact = Named(attribute, "ConfirmImpact");
        return new CmdletMetadata(
            (string)attribute.ConstructorArguments[0].Value!,
            (string)attribute.ConstructorArguments[1].Value!,
            _documentation.Type(type),
            Named(attribute, "SupportsShouldProcess") is true,
            impact is null ? null : impact switch { 0 => "None", 1 => "Low", 2 => "Medium", 3 => "High", _ => impact.ToString() },
            (string?)Named(attribute, "DefaultParameterSetName"),
            AliasesOf(type.GetCustomAttributesData()),
            [.. type.GetProperties().Select(ReadParameter).OfType<ParameterMetadata>().OrderBy(FirstPosition)],
            [.. OutputsOf(type)],
            type);
    }

    private static int FirstPosition(ParameterMetadata parameter) => parameter.Sets.Min(set => set.Position ?? 1000);

    private IEnumerable<TypeDescription> OutputsOf(Type type) =>
        from attribute in type.GetCustomAttributesData()
        where attribute.AttributeType.Name == "OutputTypeAttribute"
        from argument in Flatten(attribute.ConstructorArguments)
        let output = argument.Value as Type
        select output is null ? new TypeDescription((string)argument.Value!, "") : Describe(output);

    private TypeDescription Describe(Type type) => new(FullName(type), _documentation.Type(type));

    private ParameterMetadata? ReadParameter(PropertyInfo property)
    {
        var attributes = property.GetCustomAttributesData();
        var sets = attributes.Where(attribute => attribute.AttributeType.Name == "ParameterAttribute").Select(ReadSet).ToArray();
        if (sets.Length == 0)
        {
            return null;
        }
        var type = Nullable(property.PropertyType) ?? property.PropertyType;
        return new ParameterMetadata(
            property.Name,
            FullName(type),
            ShortName(type),
            type.Name == "SwitchParameter",
            type.IsArray,
            attributes.Any(attribute => attribute.AttributeType.Name == "SupportsWildcardsAttribute"),
            _documentation.Property(property.DeclaringType!, property.Name),
            AliasesOf(attributes),
            ValuesOf(type.IsArray ? type.GetElementType()! : type, attributes),
            sets);
    }

    private static ParameterSet ReadSet(CustomAttributeData attribute) => new(
        (string?)Named(attribute, "ParameterSetName") ?? ParameterSet.All,
        Named(attribute, "Mandatory") is true,
        Named(attribute, "Position") as int?,
        Named(attribute, "ValueFromPipeline") is true,
        Named(attribute, "ValueFromPipelineByPropertyName") is true,
        Named(attribute, "ValueFromRemainingArguments") is true);

    private static string[] ValuesOf(Type type, IList<CustomAttributeData> attributes)
    {
        var validated = attributes.FirstOrDefault(attribute => attribute.AttributeType.Name == "ValidateSetAttribute");
        if (validated is not null)
        {
            return [.. Flatten(validated.ConstructorArguments).Select(argument => (string)argument.Value!)];
        }
        return type.IsEnum ? [.. type.GetFields().Where(field => field.IsLiteral).Select(field => field.Name)] : [];
    }

    private static string[] AliasesOf(IEnumerable<CustomAttributeData> attributes) =>
        [.. attributes.Where(attribute => attribute.AttributeType.Name == "AliasAttribute")
            .SelectMany(attribute => Flatten(attribute.ConstructorArguments))
            .Select(argument => (string)argument.Value!)];

    private static IEnumerable<CustomAttributeTypedArgument> Flatten(IEnumerable<CustomAttributeTypedArgument> arguments) =>
        arguments.SelectMany(argument => argument.Value is IEnumerable<CustomAttributeTypedArgument> inner ? inner : [argument]);

    private static object? Named(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.Where(argument => argument.MemberName == name).Select(argument => argument.TypedValue.Value).FirstOrDefault();

    private static CustomAttributeData? Find(Type type, string name) =>
        type.GetCustomAttributesData().FirstOrDefault(attribute => attribute.AttributeType.Name == name);

    private static Type? Nullable(Type type) => type.IsGenericType && type.Name == "Nullable`1" ? type.GetGenericArguments()[0] : null;

    private static string FullName(Type type) => (type.FullName ?? type.Name).Replace('+', '.');

    private static string ShortName(Type type) => type.IsArray ? ShortName(type.GetElementType()!) + "[]" : type.Name;
}
