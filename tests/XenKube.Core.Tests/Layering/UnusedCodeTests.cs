using Mono.Cecil;
using XenKube.Tests.Support;

namespace XenKube.Tests.Layering;

/// <summary>
/// What the product's own code never uses is not there: an internal member that only a test calls is code to read and keep for nobody.
/// Public members of public types are the library's offer and are left out (PublicAPI.*.txt lists them).
/// </summary>
public sealed class UnusedCodeTests
{
    // Used in a way that the compiled code does not show, or made for tests on purpose; each with its reason.
    private static readonly Dictionary<string, string> Allowed = new(StringComparer.Ordinal)
    {
        ["XenKube.Posix.FileLockRange::Origin"] = "the kernel reads it",
        ["XenKube.Posix.FileLockRange::Length"] = "the kernel reads it",
        ["XenKube.Compression.Bzip2.CompressedWindow::StopFinding"] = "the sequential reader of the tests, beside the parallel one",
        ["XenKube.Compression.Bzip2.DecodedBlock::Segments"] = "the sequential reader of the tests, beside the parallel one",
        ["XenKube.FileSystems.Ext.Editing.ExtEdit::ChangeFile"] = "edits of one file that only tests make: truncation, other times",
        ["XenKube.Disks.PartitionTypes::All"] = "a test asks sgdisk about every type",
        ["XenKube.Ignition.Syntax.UnitText::Options"] = "a test looks at what was read; the rules ask whether there is anything",
        ["XenKube.Hosting.Dnsmasq.CardPattern::Matches"] = "a test asks a real dnsmasq",
        ["XenKube.Hosting.TimeServer::Answers"] = "a test asks real time servers",
        ["XenKube.Disks.DiskImage::Open"] = "disks in memory: the crash tests and the benchmark record what is written",
    };

    private static readonly string[] Written = ["Deconstruct", "PrintMembers", "Equals", "EqualityContract", "get_EqualityContract", "Main", "<Main>$"];

    [Fact]
    public void Every_internal_member_is_used_by_the_product()
    {
        var modules = CompiledCode.Modules();
        var used = modules.SelectMany(module => module.GetTypes()).SelectMany(type => type.Methods).Where(method => method.HasBody)
            .SelectMany(method => method.Body.Instructions.Select(instruction => NameOf(instruction.Operand)).Where(name => name != NameOf(method)))
            .ToHashSet(StringComparer.Ordinal);
        string[] unused = [.. modules.SelectMany(module => module.GetTypes()).Where(IsWritten).SelectMany(Members)
            .Where(name => !used.Contains(name) && !Allowed.ContainsKey(name)).Distinct().Order(StringComparer.Ordinal)];
        Assert.True(unused.Length == 0, $"remove it, or move it to the tests that use it:\n{string.Join('\n', unused)}");
    }

    /// <summary>The members that a person wrote and that something has to call by their name.</summary>
    private static IEnumerable<string> Members(TypeDefinition type) =>
    [
        .. type.Methods.Where(method => !method.IsVirtual && !method.IsSetter && !method.IsConstructor && !(type.IsPublic && method.IsPublic)
            && !Written.Contains(method.Name) && !method.Name.Contains('<', StringComparison.Ordinal) && !method.Name.StartsWith("op_", StringComparison.Ordinal)
            && !(IsGenerated(method) && !method.IsGetter)).Select(method => NameOf(method)!),
        .. type.IsEnum ? [] : type.Fields.Where(field => !field.IsLiteral && !IsGenerated(field) && !field.Name.Contains('<', StringComparison.Ordinal))
            .Select(field => NameOf(field)!),
    ];

    private static bool IsWritten(TypeDefinition type) =>
        !type.FullName.Contains('<', StringComparison.Ordinal) && !type.FullName.Contains("__", StringComparison.Ordinal) && !IsGenerated(type)
        && !(type.BaseType?.Name == "JsonSerializerContext") && (type.DeclaringType is null || IsWritten(type.DeclaringType));

    private static bool IsGenerated(ICustomAttributeProvider member) =>
        member.CustomAttributes.Any(attribute => attribute.AttributeType.Name is "CompilerGeneratedAttribute" or "GeneratedCodeAttribute");

    private static string? NameOf(object? member) => member switch
    {
        MethodReference method => NameOf(method.GetElementMethod().DeclaringType, method.Name.StartsWith("get_", StringComparison.Ordinal) ? method.Name[4..] : method.Name),
        FieldReference field => NameOf(field.DeclaringType, field.Name),
        _ => null,
    };

    private static string NameOf(TypeReference type, string member) => $"{(type is GenericInstanceType generic ? generic.ElementType : type).FullName}::{member}";
}
