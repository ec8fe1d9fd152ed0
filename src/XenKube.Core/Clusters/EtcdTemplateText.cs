namespace XenKube.Clusters;

/// <summary>The texts of the templates that come with XenKube.</summary>
internal static class EtcdTemplateText
{
    /// <summary>The text of a template.</summary>
    public static byte[] Of(EtcdTemplate template)
    {
        var file = template switch
        {
            EtcdTemplate.ContainerLinux => "container-linux",
            EtcdTemplate.Flatcar => "flatcar",
            _ => "fcos",
        };
        using var resource = typeof(EtcdTemplateText).Assembly.GetManifestResourceStream($"XenKube.Clusters.EtcdTemplates.{file}.ct.tmpl")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
