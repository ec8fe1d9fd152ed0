namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>An option of etcd or flannel.</summary>
/// <param name="Key">Its key in the document.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Argument">Its name on the command line.</param>
internal sealed record ClcOption(string Key, ClcOptionKind Kind, string Argument);
