using System.Reflection;
using XenKube.Help;
using XenKube.Tests.Support;

namespace XenKube.Tests;

public class ErrorIdsTests
{
    // Where errors are raised.
    private static readonly string[] Assemblies = [Project.Assembly("XenKube.Core.dll"), Project.Assembly("xenkube.dll"), Project.Assembly("xenkube-boot.dll"), Project.ModuleAssembly];

    [Fact]
    public void Page_of_errors_is_written_from_the_list() =>
        Assert.Equal(ErrorTopic.RenderPage(), File.ReadAllText(Path.Combine(Project.Root, "docs", "errors.md")));

    [Fact]
    public void Topic_of_errors_has_every_id_with_its_category()
    {
        var topic = ErrorTopic.RenderTopic();
        Assert.All(ErrorIds.All, id => Assert.Matches($@"(?m)^ *{id.Name} +{id.Kind} ", topic));
    }

    [Fact]
    public void Every_id_is_named_as_its_property_and_says_what_is_wrong_in_a_sentence()
    {
        var properties = typeof(ErrorIds).GetProperties(BindingFlags.Public | BindingFlags.Static).Where(property => property.Name != nameof(ErrorIds.All)).ToArray();
        Assert.Equal(properties.Length, ErrorIds.All.Count);
        Assert.All(properties, property => Assert.Equal(property.Name, ((ErrorId)property.GetValue(null)!).Name));
        Assert.All(ErrorIds.All, id => Assert.Matches(@"^[-A-Za-z].{15,}\.$", id.Sentence));
    }

    [Fact]
    public void Ids_follow_one_grammar()
    {
        Assert.DoesNotContain(ErrorIds.All, id => id.Name.StartsWith("Invalid", StringComparison.Ordinal) || id.Name.StartsWith("Unknown", StringComparison.Ordinal));
        Assert.All(ErrorIds.All.Where(id => id.Name.EndsWith("Exists", StringComparison.Ordinal)), id => Assert.Equal(ErrorKind.ResourceExists, id.Kind));
        Assert.All(ErrorIds.All.Where(id => id.Name.EndsWith("InUse", StringComparison.Ordinal)), id => Assert.Equal(ErrorKind.ResourceBusy, id.Kind));
        Assert.All(ErrorIds.All.Where(id => id.Name.EndsWith("Invalid", StringComparison.Ordinal)), id => Assert.Contains(id.Kind, new[] { ErrorKind.InvalidArgument, ErrorKind.OperationStopped }));
    }

    // An exception takes an ErrorId and nothing else, so an id that is not in ErrorIds could only come from a constructor call
    // elsewhere. The call is looked for in the compiled code.
    [Fact]
    public void No_id_is_made_outside_the_list()
    {
        var makers = Assemblies.SelectMany(CompiledCode.Calls)
            .Where(call => call.Name == ".ctor" && call.Type.StartsWith("XenKube.ErrorId`1", StringComparison.Ordinal))
            .Select(call => call.Caller).Distinct();
        Assert.Equal(["XenKube.ErrorIds"], makers);
    }

    [Fact]
    public void Every_id_is_raised_somewhere()
    {
        var used = Assemblies.SelectMany(CompiledCode.Calls)
            .Where(call => call.Type == "XenKube.ErrorIds" && call.Caller != "XenKube.ErrorIds" && call.Name.StartsWith("get_", StringComparison.Ordinal))
            .Select(call => call.Name[4..]).ToHashSet();
        Assert.All(ErrorIds.All, id => Assert.Contains(id.Name, used));
    }
}
