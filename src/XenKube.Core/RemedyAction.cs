namespace XenKube;

/// <summary>Something to do with XenKube, without the words of any front end.</summary>
public sealed class RemedyAction
{
    /// <summary>Makes an action.</summary>
    /// <param name="kind">What to do.</param>
    /// <param name="arguments">To what; see <see cref="RemedyActionKind"/>.</param>
    public RemedyAction(RemedyActionKind kind, params IReadOnlyList<string> arguments) => (Kind, Arguments) = (kind, arguments);

    /// <summary>What to do.</summary>
    public RemedyActionKind Kind { get; }

    /// <summary>To what.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>A kind without arguments is an action.</summary>
    /// <param name="kind">The kind.</param>
    public static implicit operator RemedyAction(RemedyActionKind kind) => new(kind);

    /// <summary>The action in plain words, for a program that has no commands of its own: <c>make node etcd/node-1</c>.</summary>
    public override string ToString()
    {
        var words = string.Concat(Kind.ToString().Select((letter, index) =>
            char.IsUpper(letter) && index > 0 ? $" {char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
        return string.Join(' ', Arguments.Prepend(words));
    }
}
