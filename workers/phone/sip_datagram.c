/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE   /* struct in6_pktinfo */
#include "sip_datagram.h"

#include <netinet/in.h>
#include <string.h>

union control {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

bool sip_datagram_prepare(int fd, int family)
{
    const int on = 1;
    return family == AF_INET6 ? setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) == 0
                              : setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) == 0;
}

static void take_local(struct cmsghdr *header, struct sip_local *out)
{
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
        struct in_pktinfo info;
        memcpy(&info, CMSG_DATA(header), sizeof info);
        out->family = AF_INET;
        memcpy(out->address, &info.ipi_spec_dst, sizeof info.ipi_spec_dst);   /* of a broadcast the address that may answer it */
    } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
        struct in6_pktinfo info;
        memcpy(&info, CMSG_DATA(header), sizeof info);
        out->family = IN6_IS_ADDR_MULTICAST(&info.ipi6_addr) ? 0 : AF_INET6;
        out->interface = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr) ? info.ipi6_ifindex : 0;
        memcpy(out->address, &info.ipi6_addr, sizeof info.ipi6_addr);
    }
}

ssize_t sip_datagram_receive(int fd, void *bytes, size_t size_max, struct sockaddr_storage *from, socklen_t *from_size, struct sip_local *local_out)
{
    union control control;
    struct iovec content = {.iov_base = bytes, .iov_len = size_max};
    struct msghdr message = {.msg_name = from, .msg_namelen = sizeof *from, .msg_iov = &content, .msg_iovlen = 1,
                             .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t size = recvmsg(fd, &message, MSG_DONTWAIT);
    *local_out = (struct sip_local){0};
    *from_size = message.msg_namelen;
    if (size < 0)
        return size;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
        take_local(header, local_out);
    return size;
}

/* What goes out of the message's control part; gives its size. */
static size_t put_local(const struct sip_local *local, union control *out)
{
    struct cmsghdr *header = &out->align;
    memset(out, 0, sizeof *out);
    if (local->family == AF_INET) {
        struct in_pktinfo info = {0};
        memcpy(&info.ipi_spec_dst, local->address, sizeof info.ipi_spec_dst);
        *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
        memcpy(CMSG_DATA(header), &info, sizeof info);
        return CMSG_SPACE(sizeof info);
    }
    if (local->family == AF_INET6) {
        struct in6_pktinfo info = {.ipi6_ifindex = local->interface};
        memcpy(&info.ipi6_addr, local->address, sizeof info.ipi6_addr);
        *header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO};
        memcpy(CMSG_DATA(header), &info, sizeof info);
        return CMSG_SPACE(sizeof info);
    }
    return 0;
}

void sip_datagram_send(int fd, const void *bytes, size_t size, const struct sockaddr_storage *to, socklen_t to_size, const struct sip_local *local)
{
    union control control;
    struct sockaddr_storage where = *to;
    char *content = (char *)(uintptr_t)bytes;   /* sendmsg does not write there */
    struct iovec part = {.iov_base = content, .iov_len = size};
    size_t control_size = put_local(local, &control);
    struct msghdr message = {.msg_name = &where, .msg_namelen = to_size, .msg_iov = &part, .msg_iovlen = 1,
                             .msg_control = control_size > 0 ? control.bytes : NULL, .msg_controllen = control_size};
    (void)!sendmsg(fd, &message, MSG_DONTWAIT);
}
