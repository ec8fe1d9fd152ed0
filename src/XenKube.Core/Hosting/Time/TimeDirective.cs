namespace XenKube.Hosting.Time;

/// <summary>A line of a time service's configuration.</summary>
/// <param name="Words">Its words; the first is what it is about.</param>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1.</param>
internal sealed record TimeDirective(IReadOnlyList<string> Words, string File, int Line)
{
    /// <summary>What it is about.</summary>
    public string Name => Words[0];

    /// <summary>The word after that; empty for none.</summary>
    public string Argument => Words.Count > 1 ? Words[1] : "";

    /// <summary>The line as it is read.</summary>
    public override string ToString() => Printable.Of(string.Join(' ', Words));
}
