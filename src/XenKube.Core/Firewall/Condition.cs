namespace XenKube.Firewall;

/// <summary>A condition of a rule.</summary>
/// <param name="Text">What it asks for, as the rule has it.</param>
/// <param name="Test">Whether a packet fulfils it.</param>
internal sealed record Condition(string Text, Func<Packet, Answer> Test)
{
    /// <summary>A condition that nobody can judge from the rules alone.</summary>
    /// <param name="text">The condition as the rule has it.</param>
    public static Condition NotUnderstood(string text) => new(text, _ => Answer.Unknown);

    public Condition Negated(bool isNegated) => isNegated ? new($"! {Text}", packet => Test(packet).Not()) : this;
}
