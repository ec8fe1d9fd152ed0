namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>The section <c>ignition</c>.</summary>
internal sealed class ClcIgnition
{
    public ClcIgnitionConfig Config = new();
    public ClcTimeouts Timeouts = new();
    public ClcSecurity Security = new();
}
