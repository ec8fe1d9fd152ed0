namespace XenKube.Ignition.Templates;

/// <summary>
/// The names a template may use: <c>${Node.Name}</c> is the property <c>Name</c> of the node, <c>${Cluster.Path}</c> that of the
/// cluster. A name whose property has no value is known, but using it is an error.
/// </summary>
public sealed class TemplateVariables
{
    /// <summary>The name spaces of variables; every other <c>${…}</c> belongs to the guest.</summary>
    private static readonly string[] NameSpaces = ["Node.", "Cluster.", "Etcd."];

    private readonly Dictionary<string, Func<string?>> values;

    /// <summary>No variables: any use of one is an error.</summary>
    public static TemplateVariables None { get; } = new([]);

    /// <summary>Takes variables by their names.</summary>
    /// <param name="variables">
    /// What gives each its value when it is used, by names such as <c>Node.Name</c>; null is a variable that has no value. Of two with
    /// one name the first wins.
    /// </param>
    public TemplateVariables(IEnumerable<KeyValuePair<string, Func<string?>>> variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        values = new(StringComparer.Ordinal);
        foreach (var (name, value) in variables)
        {
            values.TryAdd(name, value);
        }
    }

    /// <summary>Whether a name begins with one of the name spaces.</summary>
    internal static bool IsOurs(ReadOnlySpan<char> name)
    {
        foreach (var space in NameSpaces)
        {
            if (name.StartsWith(space))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>The names there are, for a message.</summary>
    public IReadOnlyList<string> Names => [.. values.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether the name exists, and its value.</summary>
    /// <param name="name">A name such as <c>Node.Name</c>.</param>
    /// <param name="value">Its value; null where it has none.</param>
    /// <returns>Whether it exists.</returns>
    public bool TryGet(string name, out string? value)
    {
        var exists = values.TryGetValue(name, out var given);
        value = given?.Invoke();
        return exists;
    }
}
