namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>A group.</summary>
internal sealed class ClcGroup
{
    public string Name = "";
    public long? Gid;
    public string PasswordHash = "";
    public bool System;
}
