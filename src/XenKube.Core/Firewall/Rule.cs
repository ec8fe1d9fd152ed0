namespace XenKube.Firewall;

/// <summary>A rule of a chain.</summary>
/// <param name="Line">Its line in the file, from 1.</param>
/// <param name="Text">The line.</param>
/// <param name="Conditions">All have to be fulfilled.</param>
/// <param name="Action">What it does then.</param>
internal sealed record Rule(int Line, string Text, IReadOnlyList<Condition> Conditions, RuleAction Action)
{
    /// <summary>The part of the rule after its action, where the rule goes on; null at the rule's end.</summary>
    public Rule? Rest { get; init; }

    /// <summary>The file, where another one includes it; null for the file that is loaded.</summary>
    public string? File { get; init; }

    /// <summary>The first condition that nobody can judge; null where the packet fulfils all of them.</summary>
    /// <returns>The answer, and the text of what is not understood.</returns>
    public (Answer Answer, string Text) Test(Packet packet)
    {
        var (result, text) = (Answer.Yes, "");
        foreach (var condition in Conditions)
        {
            switch (condition.Test(packet))
            {
                case Answer.No:
                    return (Answer.No, "");
                case Answer.Unknown when result == Answer.Yes:
                    (result, text) = (Answer.Unknown, condition.Text);
                    break;
                default:
                    break;
            }
        }
        return (result, text);
    }
}
