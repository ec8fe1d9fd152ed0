namespace XenKube.Ignition.ContainerLinux.Model;

/// <summary>How long fetching may take.</summary>
internal sealed class ClcTimeouts
{
    public long? HttpResponseHeaders;
    public long? HttpTotal;
}
