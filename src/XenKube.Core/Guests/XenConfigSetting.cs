namespace XenKube.Guests;

/// <summary>One assignment in an xl configuration file, with its place.</summary>
/// <param name="Name">The key.</param>
/// <param name="Appends">True for <c>+=</c>, which adds to what an earlier line assigned.</param>
/// <param name="Value">The value.</param>
/// <param name="Line">Line of the key, from 1.</param>
/// <param name="Column">Column of the key, from 1.</param>
public sealed record XenConfigSetting(string Name, bool Appends, XenConfigValue Value, int Line, int Column)
{
    /// <summary>Where the assignment starts in the text; it ends where its value does.</summary>
    internal int Start { get; init; }

    /// <summary>Where the <c>=</c> or <c>+=</c> starts.</summary>
    internal int OperatorStart { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {(Appends ? "+=" : "=")} {Value}";
}
