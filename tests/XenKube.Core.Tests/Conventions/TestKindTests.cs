using System.Diagnostics;
using System.Reflection;
using XenKube.Tests.Guests;
using XenKube.Tests.Support;

namespace XenKube.Tests.Conventions;

/// <summary>
/// The inner loop leaves out, by the trait Kind, what starts programs, makes crash states or feeds damaged input by the
/// thousand. These tests keep the trait where it belongs.
/// </summary>
public sealed class TestKindTests
{
    private const string Trait = "Kind";
    private static readonly string[] Kinds = ["Process", "Crash", "Fuzz"];
    private static readonly string[] FuzzNames = ["FuzzTests", "HostileTests", "DamageTests"];
    private static readonly string[] Products = ["XenKube.Core", "xenkube"];

    private static IEnumerable<(Type Class, MethodInfo Test)> Tests =>
        from type in typeof(TestKindTests).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
        where method.GetCustomAttributes().Any(attribute => attribute is FactAttribute)
        select (type, method);

    [Fact]
    public void Test_that_starts_a_program_says_so() => ShouldSay("Process", StartsProgram, isAnyKindEnough: true);

    [Fact]
    public void Test_that_makes_crash_states_says_so() => ShouldSay("Crash", method => method.DeclaringType == typeof(CrashStates), isAnyKindEnough: false);

    [Fact]
    public void Test_that_feeds_damaged_input_by_the_thousand_says_so() =>
        Assert.Empty(Tests.Where(each => FuzzNames.Any(name => each.Class.Name.EndsWith(name, StringComparison.Ordinal)) && !KindsOf(each.Class, each.Test).Contains("Fuzz"))
            .Select(each => $"{each.Class.Name}.{each.Test.Name}"));

    [Fact]
    public void Kind_is_one_that_the_filters_know() =>
        Assert.Empty(Tests.SelectMany(each => KindsOf(each.Class, each.Test)).Except(Kinds));

    // Who has a stand-in of xl made starts it, though only through an interface.
    private static bool StartsProgram(MethodBase method) =>
        (method.DeclaringType == typeof(Process) && method.Name == nameof(Process.Start)) || method.DeclaringType == typeof(StandInXl);

    private static void ShouldSay(string kind, Func<MethodBase, bool> isEnd, bool isAnyKindEnough)
    {
        var graph = new CallGraph(typeof(TestKindTests).Assembly, [.. Products.Select(Assembly.Load)]);
        var silent = new List<string>();
        foreach (var (type, test) in Tests.Where(each => KindsOf(each.Class, each.Test) is var kinds && !kinds.Contains(kind) && !(isAnyKindEnough && kinds.Count > 0)))
        {
            var around = type.GetConstructors().Cast<MethodBase>()
                .Concat(type.GetMethods().Where(method => method.Name is nameof(IDisposable.Dispose) or nameof(IAsyncDisposable.DisposeAsync) or "InitializeAsync"));
            if (around.Prepend(test).Select(from => graph.FindWay(from, isEnd)).FirstOrDefault(found => found is not null) is { } way)
            {
                silent.Add($"{type.Name}.{test.Name}: {string.Join(" > ", way)}");
            }
        }
        Assert.True(silent.Count == 0, $"""These need [Trait("{Trait}", "{kind}")]:{Environment.NewLine}{string.Join(Environment.NewLine, silent)}""");
    }

    private static HashSet<string> KindsOf(Type type, MethodInfo test) =>
        [.. type.CustomAttributes.Concat(test.CustomAttributes)
            .Where(attribute => attribute.AttributeType == typeof(TraitAttribute) && (string)attribute.ConstructorArguments[0].Value! == Trait)
            .Select(attribute => (string)attribute.ConstructorArguments[1].Value!)];
}
