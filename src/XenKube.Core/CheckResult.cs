namespace XenKube;

/// <summary>One check of a host or a node.</summary>
public sealed record CheckResult
{
    private readonly Remedy? _remedy;
    private readonly IRemedyWords? _words;

    /// <summary>Makes a result.</summary>
    /// <param name="name">What was checked, a stable word.</param>
    /// <param name="status">What was found.</param>
    /// <param name="message">The finding, in a sentence without a final stop.</param>
    /// <param name="remedy">What to do about it; null where there is nothing to do.</param>
    public CheckResult(string name, CheckStatus status, string message, Remedy? remedy = null) =>
        (Name, Status, Message, _remedy) = (name, status, message, remedy);

    private CheckResult(CheckResult original, IRemedyWords words)
        : this(original) => _words = words;

    /// <summary>What was checked, a stable word.</summary>
    public string Name { get; }

    /// <summary>What was found.</summary>
    public CheckStatus Status { get; }

    /// <summary>The finding, in a sentence without a final stop.</summary>
    public string Message { get; }

    /// <summary>
    /// What to do about it, in the words of the front end that shows it, else in plain ones; empty where there is nothing to do.
    /// </summary>
    public string Remedy => _remedy?.Word(_words) ?? "";

    /// <summary>What was checked: a node, a host; empty where there is only one.</summary>
    public string Target { get; init; } = "";

    /// <summary>The XENDIR of the node that was checked; empty for a host.</summary>
    public string XenDir { get; init; } = "";

    /// <summary>The result with its remedy in a front end's words.</summary>
    /// <param name="words">The words.</param>
    public CheckResult WordedBy(IRemedyWords words) => new(this, words);

    /// <inheritdoc/>
    public override string ToString() => Remedy.Length == 0 ? $"{Status}: {Name}: {Message}" : $"{Status}: {Name}: {Message}. {Remedy}";
}
