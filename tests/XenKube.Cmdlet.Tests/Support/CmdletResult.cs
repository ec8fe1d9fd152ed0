using System.Management.Automation;

namespace XenKube.Tests.Support;

/// <summary>What a piece of script gave.</summary>
/// <param name="Script">The script.</param>
/// <param name="Output">The objects of the pipeline.</param>
/// <param name="Errors">What was written as an error, and at the end what ended the script, if something did.</param>
/// <param name="Warnings">The warnings.</param>
/// <param name="Verbose">The lines of -Verbose.</param>
/// <param name="Said">What was written to the host, such as "What if: ...".</param>
internal sealed record CmdletResult(
    string Script,
    IReadOnlyList<PSObject?> Output,
    IReadOnlyList<ErrorRecord> Errors,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<string> Verbose,
    IReadOnlyList<string> Said)
{
    /// <summary>Asserts that there was no error.</summary>
    public CmdletResult ShouldSucceed()
    {
        var all = Errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}{Environment.NewLine}{error.Exception.StackTrace}");
        Assert.True(Errors.Count == 0, $"{Script}{Environment.NewLine}{string.Join(Environment.NewLine, all)}");
        return this;
    }

    /// <summary>The output; each object must be of the type, and an error must not occur.</summary>
    public IReadOnlyList<T> All<T>() => [.. ShouldSucceed().Output.Select(item => Assert.IsAssignableFrom<T>(item?.BaseObject))];

    /// <summary>The one object of the output, when there was no error.</summary>
    public T One<T>() => Assert.Single(All<T>());

    /// <summary>The output as text, when there was no error.</summary>
    public IReadOnlyList<string> Lines() => [.. ShouldSucceed().Output.Select(item => item?.ToString() ?? "")];

    /// <summary>Asserts that nothing came out, and no error.</summary>
    public void ShouldBeEmpty() => Assert.Empty(ShouldSucceed().Output);

    /// <summary>The one error, which must have this id, up to the comma before the class of the cmdlet.</summary>
    public ErrorRecord Error(string id)
    {
        var error = Assert.Single(Errors);
        Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]);
        return error;
    }

    /// <summary>The ids of all errors in their order, without the class of the cmdlet.</summary>
    public IEnumerable<string> ErrorIds => Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]);
}
