using System.Globalization;
using System.Reflection;

namespace XenKube.Ignition.Templates;

/// <summary>
/// The names a template may use: <c>${Node.Name}</c> is the property <c>Name</c> of the node, <c>${Cluster.Path}</c> that of the
/// cluster. A name whose property has no value is known, but using it is an error.
/// </summary>
public sealed class TemplateVariables
{
    /// <summary>The name spaces of variables; every other <c>${…}</c> belongs to the guest.</summary>
    private static readonly string[] NameSpaces = ["Node.", "Cluster.", "Etcd."];

    private readonly Dictionary<string, string?> values = new(StringComparer.Ordinal);

    /// <summary>No variables: any use of one is an error.</summary>
    public static TemplateVariables None { get; } = new(null, null);

    /// <summary>Takes the properties of a node and its cluster.</summary>
    /// <param name="node">An object whose properties are <c>Node.*</c>, or null.</param>
    /// <param name="cluster">An object whose properties are <c>Cluster.*</c>, or null.</param>
    public TemplateVariables(object? node, object? cluster)
    {
        Add("Node", node);
        Add("Cluster", cluster);
    }

    /// <summary>Takes the properties of a node and its cluster, and values of the cluster that its people wrote down.</summary>
    /// <param name="node">An object whose properties are <c>Node.*</c>, or null.</param>
    /// <param name="cluster">An object whose properties are <c>Cluster.*</c>, or null.</param>
    /// <param name="clusterValues">Further values of <c>Cluster.*</c>; properties come first.</param>
    public TemplateVariables(object? node, object? cluster, IReadOnlyDictionary<string, string> clusterValues)
        : this(node, cluster)
    {
        ArgumentNullException.ThrowIfNull(clusterValues);
        foreach (var (name, value) in clusterValues)
        {
            values.TryAdd($"Cluster.{name}", value);
        }
    }

    /// <summary>The same with values of a further name space.</summary>
    /// <param name="nameSpace">The name space, such as <c>Etcd</c>.</param>
    /// <param name="further">The values by their names; null for one that has no value.</param>
    internal TemplateVariables With(string nameSpace, IReadOnlyDictionary<string, string?> further)
    {
        var all = new TemplateVariables(null, null);
        foreach (var (name, value) in values.Concat(further.Select(pair => KeyValuePair.Create($"{nameSpace}.{pair.Key}", pair.Value))))
        {
            all.values[name] = value;
        }
        return all;
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
    public bool TryGet(string name, out string? value) => values.TryGetValue(name, out value);

    private void Add(string prefix, object? source)
    {
        foreach (var property in source?.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public) ?? [])
        {
            if (property.GetIndexParameters().Length > 0)
            {
                continue;
            }
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (type == typeof(string) || type == typeof(Uri) || type == typeof(System.Net.IPAddress) || type.IsPrimitive)
            {
                values[$"{prefix}.{property.Name}"] = property.GetValue(source) switch
                {
                    null => null,
                    Uri uri => uri.AbsoluteUri,
                    var value => Convert.ToString(value, CultureInfo.InvariantCulture),
                };
            }
        }
    }
}
