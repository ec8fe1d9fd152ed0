using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mono.Cecil;
using Mono.Cecil.Cil;
using XenKube.Cli;
using XenKube.Cli.Output.Json;

namespace XenKube.Tests.Cli;

/// <summary>The native program prints as JSON what the compiler was told of alone: every type that a command prints has to be among that.</summary>
public sealed class CliJsonTests
{
    private static readonly Type[] Printed = FindPrinted();

    [Fact]
    public void Every_type_that_a_command_prints_is_known_to_the_compiler()
    {
        Assert.True(Printed.Length > 20, $"only {Printed.Length} types were found");
        Assert.Empty(Printed.Where(type => CliJson.Default.GetTypeInfo(type) is null).Select(type => type.ToString()));
    }

    /// <summary>Commands that return nothing but their exit code, or print something that JSON cannot hold.</summary>
    private static readonly string[] Silent =
    [
        "butane", "cluster remove", "completion", "ct", "disk cat", "disk chmod", "disk chown", "disk cp", "disk ln", "disk mkdir", "disk mv",
        "disk put", "disk rm", "guest console", "guest log", "host forward add", "host forward remove", "host undo", "image remove",
        "key remove", "node remove", "quickstart",
    ];

    [Fact]
    public void Every_command_that_returns_something_prints_it_as_json()
    {
        static IEnumerable<string> Without(Command command, string path) => command.Subcommands.Count == 0
            ? command.Options.Any(option => option.Name == "--json") ? [] : [path.Trim()]
            : command.Subcommands.SelectMany(sub => Without(sub, $"{path} {sub.Name}"));
        Assert.Equal(Silent, Without(CommandLine.Root, "").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Members_are_those_that_reflection_finds_in_the_same_order()
    {
        var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        var (seen, waiting) = (new HashSet<Type>(), new Queue<Type>(Printed));
        while (waiting.TryDequeue(out var type))
        {
            if (!seen.Add(type) || CliJson.Default.GetTypeInfo(type) is not { } known)
            {
                continue;
            }
            var found = options.GetTypeInfo(type);
            Assert.Equal((type, found.Kind), (type, known.Kind));
            Assert.Equal(Names(found), Names(known));
            foreach (var member in found.Properties)
            {
                Assert.True(CliJson.Default.GetTypeInfo(member.PropertyType) is not null || member.Get is null || member.CustomConverter is not null, $"{type}.{member.Name}");
                waiting.Enqueue(member.PropertyType);
            }
            if (found.ElementType is { } element)
            {
                waiting.Enqueue(element);
            }
        }
        Assert.True(seen.Count > 60, $"only {seen.Count} types were compared");
    }

    private static IEnumerable<string> Names(JsonTypeInfo type) => type.Properties.Where(member => member.Get is not null).Select(member => member.Name);

    // The type arguments of Print and ToJsonLine in the compiled command line.
    private static Type[] FindPrinted()
    {
        using var module = ModuleDefinition.ReadModule(typeof(CommandLine).Assembly.Location);
        return [.. module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody)
            .SelectMany(method => method.Body.Instructions).Where(instruction => instruction.OpCode == OpCodes.Call || instruction.OpCode == OpCodes.Callvirt)
            .Select(instruction => instruction.Operand).OfType<GenericInstanceMethod>()
            .Where(call => call.DeclaringType.Name == "CommandRun" && call.Name is "Print" or "ToJsonLine")
            .Select(call => call.GenericArguments[0]).DistinctBy(type => type.FullName).Select(Load)];
    }

    private static Type Load(TypeReference type) => type switch
    {
        ArrayType array => Load(array.ElementType).MakeArrayType(),
        GenericInstanceType generic => Find(generic.ElementType).MakeGenericType([.. generic.GenericArguments.Select(Load)]),
        _ => Find(type),
    };

    private static Type Find(TypeReference type)
    {
        var name = type.FullName.Replace('/', '+');
        return AppDomain.CurrentDomain.GetAssemblies().Append(typeof(CommandLine).Assembly).Append(typeof(XenKubeException).Assembly)
            .Select(assembly => assembly.GetType(name)).First(found => found is not null)!;
    }
}
