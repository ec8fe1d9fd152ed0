using System.Globalization;
using System.Net;
using System.Reflection;
using XenKube.Clusters;
using XenKube.Tests.Support;

namespace XenKube.Tests.Clusters;

/// <summary>Templates may use every property of a node and of its cluster that is a text, an address, a number or yes and no.</summary>
public sealed class NodeVariablesTests
{
    [Fact]
    public void Variables_are_the_properties_of_node_and_cluster_with_their_values()
    {
        using var folder = new TemporaryDirectory();
        var directory = new XenDirectory(folder.Path, null);
        new ClusterStore(directory).Create("etcd");
        folder.Write("guests/etcd/node-1.ct", "");
        var node = Assert.Single(new NodeStore(directory).List(NodeName.Parse("etcd/node-1")));
        Assert.Equal(Properties(node), Values(NodeVariables.ForNode(node)));
        var cluster = new ClusterStore(directory).Get("etcd");
        Assert.Equal(Properties(cluster), Values(NodeVariables.ForCluster(cluster)));
    }

    private static IEnumerable<string> Values(IEnumerable<KeyValuePair<string, Func<string?>>> variables) => variables.Select(variable => $"{variable.Key}={variable.Value()}").Order(StringComparer.Ordinal);

    private static IEnumerable<string> Properties(object source) => source.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public)
        .Where(property => property.PropertyType == typeof(string) || property.PropertyType == typeof(Uri) || property.PropertyType == typeof(IPAddress) || property.PropertyType.IsPrimitive)
        .Select(property => $"{property.Name}={(property.GetValue(source) is Uri uri ? uri.AbsoluteUri : Convert.ToString(property.GetValue(source), CultureInfo.InvariantCulture))}").Order(StringComparer.Ordinal);
}
