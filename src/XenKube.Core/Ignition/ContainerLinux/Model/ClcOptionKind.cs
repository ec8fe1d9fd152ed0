namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>The type of an option of etcd or flannel.</summary>
internal enum ClcOptionKind
{
    Text,
    Number,
    Flag,
}
