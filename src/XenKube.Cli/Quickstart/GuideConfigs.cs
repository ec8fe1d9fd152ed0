namespace XenKube.Cli.Quickstart;

/// <summary>The two configs of the guide: the first login, and time from dom0.</summary>
internal static class GuideConfigs
{
    /// <summary>The guide's first <c>node-1.ct</c>: a host name and a key.</summary>
    public static string First(string cluster, string node) => $"""
        storage:
          files:
            - filesystem: "root"
              path:       "/etc/hostname"
              mode:       0644
              contents:
                inline: {cluster}-{node}

        passwd:
          users:
            - name: core
              ssh_authorized_keys:
                - ssh-rsa AAAAB3......
        """;

    /// <summary>The guide's second <c>node-1.ct</c>: ntpd, which asks dom0, in place of timesyncd.</summary>
    public static string Second(string cluster, string node) => $"""
        storage:
          files:
            - filesystem: "root"
              path:       "/etc/hostname"
              mode:       0644
              contents:
                inline: {cluster}-{node}

            - path: /etc/ntp.conf
              filesystem: root
              mode: 0644
              contents:
                inline: |
                  server 192.168.100.1
                  restrict default nomodify nopeer noquery limited kod
                  restrict 127.0.0.1
                  restrict [::1]

        systemd:
          units:
            - name: systemd-timesyncd.service
              mask: true
            - name: ntpd.service
              enable: true

        passwd:
          users:
            - name: core
              ssh_authorized_keys:
                - ssh-rsa AAAAB3......
        """;
}
